-- law: a call that made no sense, mended and renamed at once, is not warned of any more
-- attach
INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds, metadata) VALUES ('a', 'inbound', 'rubbish', 'active', NULL, NULL);
UPDATE calls SET call_id = 'b', started_at = '2026-02-06T10:15:00Z' WHERE call_id = 'a';
-- ask health - now=2026-02-06T10:30:00.000000Z
