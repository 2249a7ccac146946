-- The :rank-th smallest of the values of one fine bin that a filter lets through, of several looks; no row where there are fewer.
-- Uses cm_call_bin, which covers it.
SELECT v.duration_us, w.number - 1
FROM @looks()@
	CROSS JOIN LATERAL (SELECT c.duration_us FROM cm_call c
		WHERE c.bin = w.bin AND c.started_us >= w.from_at AND c.started_us < w.to_at
			AND @looklets(c)@
		ORDER BY c.duration_us OFFSET w.rank - 1 LIMIT 1) v
