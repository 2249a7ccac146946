-- Notes which step is a turn's.  Uses the primary key.
INSERT INTO cm_turn (call_id, turn_id, latency_id, measured, at_us)
	VALUES (:call_id, :turn_id, :latency_id, :measured, :at)
	ON CONFLICT (call_id, turn_id) DO UPDATE SET latency_id = excluded.latency_id, measured = excluded.measured,
		at_us = excluded.at_us
