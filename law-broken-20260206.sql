-- law: .warnings: 1 of them, not 0
-- found with --seed 20260206
-- attach --exclusive
INSERT INTO calls (call_id, call_type, caller_number, callee_number, started_at, status, metadata, ended_at, duration_seconds) VALUES ('3', 'inbound', 'a,b"c
d', '+4930456', '2025-12-31T23:00:00Z', 'completed', '{"agent": "anna", "agent_version": "2.0", "provider": "north"}', '2026-01-01T23:58:00+00:00', 0.0);
-- ask health - now=2025-12-31T14:44:59.999999Z
