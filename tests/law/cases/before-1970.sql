-- law: an instant before 1970, by its offset, makes no sense
-- attach
INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds, metadata) VALUES ('a', 'inbound', '1970-01-01T00:30:00+05:00', 'completed', 3, NULL);
-- ask daily start_time=1970-01-01T00:00:00Z&end_time=1970-01-03T00:00:00Z now=2026-02-06T10:30:00.000000Z
-- ask health - now=2026-02-06T10:30:00.000000Z
