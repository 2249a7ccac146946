-- law: status: is 400, not 200
-- found with --seed 20260206
-- attach --exclusive
INSERT INTO calls (call_id, call_type, caller_number, callee_number, started_at, status, metadata) VALUES ('89', 'inbound', 'a,b"c
d', '+4930456', '2025-12-31T10:50:00.000001+05:30', 'active', '{"agent": "bert", "agent_version": "1", "provider": "north"}');
-- ask export end_time=2026-01-01T23%3A00%3A00Z now=2025-12-31T04:57:31.376311Z
