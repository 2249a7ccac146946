-- Stores a timed step in the voice app's own table, whatever types its columns have.
INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp, metadata)
	VALUES (:call_id, :event_type, CAST(:duration_ms AS double precision), :timestamp, :metadata)
