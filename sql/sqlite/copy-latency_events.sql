-- Copies timed steps of the voice app into the facts.  Uses the rowid.
INSERT INTO cm_latency_events_in
	SELECT id, call_id, event_type, duration_ms, timestamp, metadata
	FROM latency_events WHERE rowid > :after AND rowid <= :until
