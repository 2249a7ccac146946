-- Notes what is not taken as it was told, once.  Uses the primary key.
INSERT INTO cm_skipped (source, source_id, field) VALUES (:source, :source_id, :field) ON CONFLICT DO NOTHING
