-- law: a timed step takes the labels of its call, whichever came first
-- attach
INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp) VALUES ('a', 'stt', 5.125, '2026-02-06T10:15:00Z');
INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds, metadata) VALUES ('a', 'inbound', '2026-02-06T10:15:00Z', 'active', NULL, '{"tenant_id": "acme", "agent": "anna"}');
INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp) VALUES ('a', 'stt', 7, '2026-02-06T10:15:00Z');
UPDATE calls SET metadata = '{"agent": "bert"}' WHERE call_id = 'a';
-- ask latency tenant_id=acme now=2026-02-06T10:30:00.000000Z
-- ask latency agent=bert now=2026-02-06T10:30:00.000000Z
