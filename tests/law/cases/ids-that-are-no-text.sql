-- law: rows whose id is no text are each warned of, until they are gone
-- attach
INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds, metadata) VALUES (x'00', 'inbound', '2026-02-06T10:15:00Z', 'active', NULL, NULL);
INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds, metadata) VALUES (x'01', 'inbound', '2026-02-06T10:15:00Z', 'active', NULL, NULL);
-- ask health - now=2026-02-06T10:30:00.000000Z
