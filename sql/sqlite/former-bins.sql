-- Of a database of version 3: takes some bins out of its histograms.  Uses the primary key.
DELETE FROM cm_rollup_bin WHERE (series_id, kind, resolution, parent, bucket, bin) IN (
	SELECT series_id, kind, resolution, parent, bucket, bin FROM cm_rollup_bin
	ORDER BY series_id, kind, resolution, parent, bucket, bin LIMIT :limit)
RETURNING series_id, kind, resolution, bucket, parent, bin, n, sum_us
