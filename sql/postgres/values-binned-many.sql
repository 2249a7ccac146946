-- The same of several looks at once.  Uses cm_series' unique index and the primary key of cm_rollup_bin.
SELECT r.bin, w.sign * r.n, w.sign * r.sum_us, r.bucket, w.number - 1
FROM @looks()@
	CROSS JOIN LATERAL @lookseries(w.scope)@
	CROSS JOIN LATERAL (SELECT * FROM cm_rollup_bin r
		WHERE r.series_id = s.series_id AND r.kind = w.kind AND r.resolution = w.resolution AND r.parent = w.bin
			AND r.bucket >= w.from_at AND r.bucket < w.to_at OFFSET 0) r
