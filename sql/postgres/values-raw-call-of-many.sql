-- The same of several looks at once.  Uses cm_series' unique index and cm_call_series.
SELECT v.duration_us, w.sign, v.at, w.number - 1
FROM @looks()@
	CROSS JOIN LATERAL @lookseries('full')@
	CROSS JOIN LATERAL (SELECT c.duration_us, c.started_us AS at FROM cm_call c
		WHERE c.series_id = s.series_id AND c.started_us >= w.from_at AND c.started_us < w.to_at AND c.bin IS NOT NULL OFFSET 0) v
