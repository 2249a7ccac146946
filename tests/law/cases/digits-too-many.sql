-- law: a number of seconds has twelve digits at most: sixteen, as a PostgreSQL text of bits has them, are no time.
-- attach
INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds, metadata) VALUES ('c66', 'inbound', '0000000011111111', 'completed', 3.0, '{}');
INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds, metadata) VALUES ('c67', 'inbound', '000011111111', 'completed', 3.0, '{}');
-- check-facts
