-- The same of several looks at once.  Uses cm_series' unique index and the primary key of cm_rollup.
SELECT r.bucket, r.outcome, w.sign * r.n, w.sign * r.n_transcript, w.sign * r.n_value, w.sign * r.sum_us, w.number - 1
FROM @looks()@
	CROSS JOIN LATERAL @lookseries(w.scope)@
	CROSS JOIN LATERAL (SELECT * FROM cm_rollup r
		WHERE r.series_id = s.series_id AND r.kind = 'call' AND r.resolution = w.resolution
			AND r.bucket >= w.from_at AND r.bucket < w.to_at OFFSET 0) r
