-- The highest number of a line; null where there is none.  Uses the primary key.
SELECT max(transcript_id) FROM cm_transcript
