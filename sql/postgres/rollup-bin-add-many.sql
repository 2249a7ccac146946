-- Adds values to bins of buckets, each bin once.  Uses the primary key.
INSERT INTO cm_rollup_slot (series_id, slot, n, sum_us)
	SELECT * FROM unnest(:series_id::bigint[], :slot::bigint[], :n::bigint[], :sum_us::bigint[])
	ON CONFLICT (series_id, slot) DO UPDATE SET n = cm_rollup_slot.n + excluded.n, sum_us = least(cm_rollup_slot.sum_us, 4611686018427387904) + excluded.sum_us
