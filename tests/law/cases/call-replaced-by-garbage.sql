-- law: INSERT OR REPLACE fires no trigger for the row that goes: its fact must go all the same
-- attach
INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds, metadata) VALUES ('a', 'inbound', '2026-02-06T10:15:00Z', 'active', NULL, NULL);
INSERT OR REPLACE INTO calls (call_id, call_type, started_at, status) VALUES ('a', 'inbound', 'rubbish', 'active');
-- ask health - now=2026-02-06T10:30:00.000000Z
