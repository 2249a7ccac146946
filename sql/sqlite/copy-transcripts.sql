-- Copies spoken lines of the voice app into the facts.  Uses the rowid.
INSERT INTO cm_transcripts_in
	SELECT id, call_id, timestamp, speaker, content
	FROM transcripts WHERE rowid > :after AND rowid <= :until
