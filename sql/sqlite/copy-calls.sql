-- Copies calls of the voice app into the facts.  Uses the rowid.
INSERT INTO cm_calls_in
	SELECT rowid, call_id, call_type, caller_number, callee_number, started_at, ended_at, duration_seconds, status, has_audio,
		has_transcript, metadata
	FROM calls WHERE rowid > :after AND rowid <= :until
