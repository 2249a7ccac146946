-- law: a step that is kept after its call was pruned keeps its labels when the app writes it again
-- attach
INSERT INTO calls (call_id, call_type, started_at, status, metadata) VALUES ('a', 'inbound', '2026-02-01T23:59:00Z', 'failed', '{"tenant_id": "acme"}');
INSERT INTO latency_events (id, call_id, event_type, duration_ms, timestamp) VALUES (1, 'a', 'tool_call_duration', 5, '2026-02-02T00:00:01Z');
-- prune 3 2026-02-05T12:00:00Z
UPDATE latency_events SET metadata = '{}' WHERE id = 1;
-- ask latency start_time=2026-02-01T00:00:00Z&tenant_id=acme now=2026-02-06T10:30:00.000000Z
