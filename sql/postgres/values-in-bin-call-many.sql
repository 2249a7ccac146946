-- The same of several looks at once.  Uses cm_call_bin, which covers it.
SELECT v.duration_us, v.series_id, w.number - 1
FROM @looks()@
	CROSS JOIN LATERAL (SELECT c.duration_us, c.series_id FROM cm_call c
		WHERE c.bin = w.bin AND c.started_us >= w.from_at AND c.started_us < w.to_at OFFSET 0) v
