-- The :rank-th smallest of the values of one fine bin that a filter lets through, of several looks; no row where there are fewer.
-- Uses cm_latency_bin, which covers it.
SELECT v.duration_us, w.number - 1
FROM @looks()@
	CROSS JOIN LATERAL (SELECT l.duration_us FROM cm_latency l
		WHERE l.component = w.kind AND l.bin = w.bin AND l.at_us >= w.from_at AND l.at_us < w.to_at
			AND @looklets(l)@
		ORDER BY l.duration_us OFFSET w.rank - 1 LIMIT 1) v
