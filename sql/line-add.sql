-- Stores a spoken line.
INSERT INTO cm_transcript (transcript_id, call_id, at_us, speaker, content)
	VALUES (:transcript_id, :call_id, :at, :speaker, :content)
