-- Notes that events were taken, which were asked for before (events-known).  Uses the primary key.
INSERT INTO cm_event (key_1, key_2, seen_us)
	SELECT * FROM unnest(:key_1::bigint[], :key_2::bigint[], :seen::bigint[])
