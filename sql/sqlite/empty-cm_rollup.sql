-- Removes some rows.  Uses the primary key.
DELETE FROM cm_rollup WHERE (series_id, kind, resolution, bucket, outcome) IN
	(SELECT series_id, kind, resolution, bucket, outcome FROM cm_rollup LIMIT :limit)
