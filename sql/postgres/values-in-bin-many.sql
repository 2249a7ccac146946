-- The same of several looks at once.  Uses cm_latency_bin, which covers it.
SELECT v.duration_us, v.series_id, w.number - 1
FROM @looks()@
	CROSS JOIN LATERAL (SELECT l.duration_us, l.series_id FROM cm_latency l
		WHERE l.component = w.kind AND l.bin = w.bin AND l.at_us >= w.from_at AND l.at_us < w.to_at OFFSET 0) v
