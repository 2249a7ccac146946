-- Notes instants of calls and turns; again is once.  Uses the primary key.
INSERT INTO cm_mark (call_id, turn_id, mark, at_us)
	SELECT * FROM unnest(:call_id::text[], :turn_id::text[], :mark::text[], :at::bigint[]) ON CONFLICT DO NOTHING
