-- law: FAILED is failed, and its reason is read
-- attach
INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds, metadata) VALUES ('a', 'inbound', '2026-02-06T10:15:00Z', 'FAILED', 3, '{"error": "api_error"}');
-- ask dashboard - now=2026-02-06T10:30:00.000000Z
