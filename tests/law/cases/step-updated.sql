-- law: a timed step that is updated is counted once, and its first value stays in the sum
-- attach
INSERT INTO latency_events (id, call_id, event_type, duration_ms, timestamp) VALUES (1, 'a', 'tool_call_duration', 5, '2026-02-06T10:15:00Z');
UPDATE latency_events SET metadata = '{}' WHERE id = 1;
UPDATE latency_events SET duration_ms = 6 WHERE id = 1;
-- ask prometheus - now=2026-02-06T10:30:00.000000Z
