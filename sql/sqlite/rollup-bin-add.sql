-- Adds values to a bin of a bucket.  Uses the primary key.
INSERT INTO cm_rollup_bin (series_id, kind, resolution, parent, bucket, bin, n, sum_us)
	VALUES (:series_id, :kind, :resolution, :parent, :bucket, :bin, :n, :sum_us)
	ON CONFLICT (series_id, kind, resolution, parent, bucket, bin) DO UPDATE SET n = cm_rollup_bin.n + excluded.n,
		sum_us = min(cm_rollup_bin.sum_us, 4611686018427387904) + excluded.sum_us
