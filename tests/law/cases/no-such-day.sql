-- law: there is no 30 February
-- attach
INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds, metadata) VALUES ('a', 'inbound', '2026-02-30T10:00:00Z', 'completed', 3, NULL);
INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds, metadata) VALUES ('b', 'inbound', '2026-02-06', 'completed', 3, NULL);
