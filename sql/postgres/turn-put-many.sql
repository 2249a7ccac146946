-- Notes which steps are those of turns, each turn once.  Uses the primary key.
INSERT INTO cm_turn (call_id, turn_id, latency_id, measured, at_us)
	SELECT * FROM unnest(:call_id::text[], :turn_id::text[], :latency_id::bigint[], :measured::bigint[], :at::bigint[])
	ON CONFLICT (call_id, turn_id) DO UPDATE SET latency_id = excluded.latency_id, measured = excluded.measured,
		at_us = excluded.at_us
