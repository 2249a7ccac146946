-- law: INSERT OR REPLACE that mends a timed step ends the warning
-- attach
INSERT INTO latency_events (id, call_id, event_type, duration_ms, timestamp) VALUES (1, 'a', 'tool_call_duration', 'soon', '2026-02-06T10:15:00Z');
INSERT OR REPLACE INTO latency_events (id, call_id, event_type, duration_ms, timestamp) VALUES (1, 'a', 'tool_call_duration', 5, '2026-02-06T10:15:00Z');
-- ask health - now=2026-02-06T10:30:00.000000Z
