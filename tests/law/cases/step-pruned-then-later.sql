INSERT INTO latency_events (id, call_id, event_type, duration_ms, timestamp, metadata) VALUES (330, 'c76', 'llm', 0.0, '2025-12-30T22:29:59+00:00', NULL);
-- attach --exclusive
-- prune 5 2026-01-05T08:49:17.641157Z
UPDATE latency_events SET timestamp = '2025-12-31T08:59:38.484439+00:00' WHERE id = 330;
-- check-facts
