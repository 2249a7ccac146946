-- Of a database of version 3: takes some counts of calls out of its rollups.  Uses the primary key.
DELETE FROM cm_rollup WHERE (series_id, kind, resolution, bucket, outcome) IN (SELECT series_id, kind, resolution, bucket, outcome
	FROM cm_rollup ORDER BY series_id, kind, resolution, bucket, outcome LIMIT :limit)
RETURNING series_id, resolution, bucket, outcome, n, n_transcript, n_value, sum_us
