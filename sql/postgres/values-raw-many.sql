-- The same of several looks at once.  Uses cm_latency_at, which covers it.
SELECT v.duration_us, w.sign, v.at, w.number - 1
FROM @looks()@
	CROSS JOIN LATERAL (SELECT l.duration_us, l.at_us AS at FROM cm_latency l
		WHERE l.component = w.kind AND l.at_us >= w.from_at AND l.at_us < w.to_at
			AND @looklets(l)@ OFFSET 0) v
