-- Whether lines of a call are known: 1 or 0.  Uses cm_transcript_call.
SELECT count(*) FROM (SELECT 1 FROM cm_transcript WHERE call_id = :call_id LIMIT 1) one
