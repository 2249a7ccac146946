-- Removes some rows.  Uses the primary key.
DELETE FROM cm_rollup_bin WHERE (series_id, kind, resolution, parent, bucket, bin) IN
	(SELECT series_id, kind, resolution, parent, bucket, bin FROM cm_rollup_bin LIMIT :limit)
