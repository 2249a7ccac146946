-- law: a duration that comes after the status is counted when it comes
-- attach
INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds, metadata) VALUES ('a', 'inbound', '2026-02-06T10:15:00Z', 'active', NULL, NULL);
UPDATE calls SET status = 'completed' WHERE call_id = 'a';
UPDATE calls SET duration_seconds = 4 WHERE call_id = 'a';
-- ask prometheus - now=2026-02-06T10:30:00.000000Z
