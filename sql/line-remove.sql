-- A line whose row the voice app has taken away.  Uses the primary key.
DELETE FROM cm_transcript WHERE transcript_id = :transcript_id
