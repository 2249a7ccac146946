-- law: what was pruned stays counted as it was, and the app's later writes to it change nothing
-- attach
INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds, metadata) VALUES ('a', 'inbound', '2026-02-01T10:07:00Z', 'completed', 61.234567, '{"tenant_id": "acme", "agent": "anna"}');
INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds, metadata) VALUES ('b', 'inbound', '2026-02-01T10:08:00Z', 'active', NULL, '{"tenant_id": "acme"}');
INSERT INTO latency_events (id, call_id, event_type, duration_ms, timestamp) VALUES (1, 'a', 'tool_call_duration', 5.125, '2026-02-01T10:07:01Z');
INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds) VALUES ('c', 'inbound', '2026-02-04T10:07:00Z', 'completed', 100.5);
-- prune 3 2026-02-05T12:00:00Z
UPDATE calls SET status = 'failed', duration_seconds = 5 WHERE call_id = 'a';
DELETE FROM latency_events WHERE id = 1;
UPDATE calls SET status = 'completed', duration_seconds = 7 WHERE call_id = 'b';
DELETE FROM calls WHERE call_id = 'a';
INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds) VALUES ('a', 'inbound', '2026-02-01T10:07:00Z', 'completed', 61);
-- ask daily days=7 now=2026-02-06T10:30:00.000000Z
-- ask daily days=7&tenant_id=acme&agent=anna now=2026-02-06T10:30:00.000000Z
-- ask dashboard days=7 now=2026-02-06T10:30:00.000000Z
-- ask dashboard start_time=2026-02-01T10:07:00.5Z&tenant_id=acme now=2026-02-06T10:30:00.000000Z
-- ask hourly start_time=2026-02-01T10:07:30Z&end_time=2026-02-01T12:00:00Z now=2026-02-06T10:30:00.000000Z
-- ask latency start_time=2026-02-01T00:00:00Z&interval=1d now=2026-02-06T10:30:00.000000Z
-- ask prometheus hours=200 now=2026-02-06T10:30:00.000000Z
-- ask export days=30 now=2026-02-06T10:30:00.000000Z
