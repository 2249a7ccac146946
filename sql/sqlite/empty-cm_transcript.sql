-- Removes some rows.  Uses the primary key.
DELETE FROM cm_transcript WHERE transcript_id IN (SELECT transcript_id FROM cm_transcript LIMIT :limit)
