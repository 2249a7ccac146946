-- law: INSERT OR REPLACE of a timed step by one without a meaning takes the old one away
-- attach
INSERT INTO latency_events (id, call_id, event_type, duration_ms, timestamp) VALUES (1, 'a', 'tool_call_duration', 5, '2026-02-06T10:15:00Z');
INSERT OR REPLACE INTO latency_events (id, call_id, event_type, duration_ms, timestamp) VALUES (1, 'a', 'tool_call_duration', 'soon', '2026-02-06T10:15:00Z');
-- ask latency - now=2026-02-06T10:30:00.000000Z
-- ask health - now=2026-02-06T10:30:00.000000Z
