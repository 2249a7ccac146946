-- The same of several looks at once, in lists as of values-raw-many.  Uses cm_call_started.
SELECT v.durations, v.instants, w.sign, w.number - 1
FROM @looks()@
	CROSS JOIN LATERAL (SELECT array_agg(c.duration_us) AS durations,
			array_agg(c.started_us) FILTER (WHERE w.buckets > 1) AS instants
		FROM cm_call c
		WHERE c.started_us >= w.from_at AND c.started_us < w.to_at AND c.bin IS NOT NULL AND @looklets(c)@) v
