-- law: there is no hour 24
-- attach
INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds, metadata) VALUES ('a', 'inbound', '2026-02-06T24:30:00Z', 'completed', 3, NULL);
