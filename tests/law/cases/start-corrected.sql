-- law: a call whose start is corrected is still one call, to counters too
-- attach
INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds, metadata) VALUES ('a', 'inbound', '2026-02-06T10:15:00Z', 'completed', 3, NULL);
UPDATE calls SET started_at = '2026-02-06T10:16:00Z' WHERE call_id = 'a';
-- ask prometheus - now=2026-02-06T10:30:00.000000Z
-- ask dashboard - now=2026-02-06T10:30:00.000000Z
