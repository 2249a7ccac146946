-- Adds values to bins of buckets, each bin once.  Uses the primary key.
INSERT INTO cm_rollup_bin (series_id, kind, resolution, parent, bucket, bin, n, sum_us)
	SELECT * FROM unnest(:series_id::bigint[], :kind::text[], :resolution::bigint[], :parent::bigint[], :bucket::bigint[],
		:bin::bigint[], :n::bigint[], :sum_us::bigint[])
	ON CONFLICT (series_id, kind, resolution, parent, bucket, bin) DO UPDATE SET n = cm_rollup_bin.n + excluded.n,
		sum_us = cm_rollup_bin.sum_us + excluded.sum_us
