-- The same of several looks at once, those of a look in one row, as a list: rows cost more than what stands in them.  Their instants are
-- told where the look falls into more than one bucket of the answer.  Uses cm_latency_at, which covers it.
SELECT v.durations, v.instants, w.sign, w.number - 1
FROM @looks()@
	CROSS JOIN LATERAL (SELECT array_agg(l.duration_us) AS durations,
			array_agg(l.at_us) FILTER (WHERE w.buckets > 1) AS instants
		FROM cm_latency l
		WHERE l.component = w.kind AND l.at_us >= w.from_at AND l.at_us < w.to_at AND @looklets(l)@) v
