-- The :rank-th smallest of the values of one fine bin that a filter lets through, and how many those are, of several looks.
-- Uses cm_latency_bin, which covers it.
SELECT v.ordered[w.rank], v.n, w.number - 1
FROM @looks()@
	CROSS JOIN LATERAL (SELECT array_agg(l.duration_us ORDER BY l.duration_us) AS ordered, count(*) AS n FROM cm_latency l
		WHERE l.component = w.kind AND l.bin = w.bin AND l.at_us >= w.from_at AND l.at_us < w.to_at
			AND @looklets(l)@) v
