-- The same of several looks at once, in lists as of values-raw-many.  Uses cm_series' unique index and cm_latency_series, which covers it.
SELECT v.durations, v.instants, w.sign, w.number - 1
FROM @looks()@
	CROSS JOIN LATERAL (SELECT array_agg(l.duration_us) AS durations,
			array_agg(l.at_us) FILTER (WHERE w.buckets > 1) AS instants
		FROM cm_series s CROSS JOIN LATERAL (SELECT l.duration_us, l.at_us FROM cm_latency l
			WHERE l.series_id = s.series_id AND l.component = w.kind AND l.at_us >= w.from_at AND l.at_us < w.to_at OFFSET 0) l
		WHERE s.scope = 'full' AND s.tenant_id = :tenant_id AND (:agent IS NULL OR s.agent = :agent)
			AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
			AND (:call_type IS NULL OR s.call_type = :call_type)) v
