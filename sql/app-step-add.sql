-- Stores a timed step in the voice app's own table.
INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp, metadata)
	VALUES (:call_id, :event_type, :duration_ms, :timestamp, :metadata)
