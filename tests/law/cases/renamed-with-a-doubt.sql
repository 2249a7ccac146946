-- law: a doubt about a call moves with the call to its new name
-- attach
INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds, metadata) VALUES ('a', 'inbound', '2026-02-06T10:15:00Z', 'active', -1, NULL);
UPDATE OR REPLACE calls SET call_id = 'b' WHERE call_id = 'a';
-- ask health - now=2026-02-06T10:30:00.000000Z
