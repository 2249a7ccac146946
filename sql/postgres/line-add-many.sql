-- Stores spoken lines.
INSERT INTO cm_transcript (transcript_id, call_id, at_us, speaker, content)
	SELECT * FROM unnest(:transcript_id::bigint[], :call_id::text[], :at::bigint[], :speaker::text[], :content::text[])
