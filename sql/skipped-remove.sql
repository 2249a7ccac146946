-- Forgets a row that was not understood.  Uses the primary key.
DELETE FROM cm_skipped WHERE source = :source AND source_id = :source_id
