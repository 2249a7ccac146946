-- Stores a spoken line; the numbers of the voice app's own lines are far below.  Uses the primary key.
INSERT INTO cm_transcript (transcript_id, call_id, at_us, speaker, content)
	SELECT CASE WHEN last.id >= 1099511627776 THEN last.id + 1 ELSE 1099511627777 END, :call_id, :at, :speaker, :content
	FROM (SELECT max(transcript_id) AS id FROM cm_transcript) last
