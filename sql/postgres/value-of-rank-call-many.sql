-- The :rank-th smallest of the values of one fine bin that a filter lets through, and how many those are, of several looks.
-- Uses cm_call_bin, which covers it.
SELECT v.ordered[w.rank], v.n, w.number - 1
FROM @looks()@
	CROSS JOIN LATERAL (SELECT array_agg(c.duration_us ORDER BY c.duration_us) AS ordered, count(*) AS n FROM cm_call c
		WHERE c.bin = w.bin AND c.started_us >= w.from_at AND c.started_us < w.to_at
			AND @looklets(c)@) v
