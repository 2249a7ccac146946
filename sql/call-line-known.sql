-- A call of which a line was spoken has a transcript.  Uses the primary key.
UPDATE cm_call SET has_transcript = 1 WHERE call_id = :call_id AND has_transcript = 0
