-- The same of several looks at once, in lists as of values-raw-many.  Uses cm_series' unique index and cm_call_series, which covers it.
SELECT v.durations, v.instants, w.sign, w.number - 1
FROM @looks()@
	CROSS JOIN LATERAL (SELECT array_agg(c.duration_us) AS durations,
			array_agg(c.started_us) FILTER (WHERE w.buckets > 1) AS instants
		FROM cm_series s CROSS JOIN LATERAL (SELECT c.duration_us, c.started_us FROM cm_call c
			WHERE c.series_id = s.series_id AND c.started_us >= w.from_at AND c.started_us < w.to_at AND c.bin IS NOT NULL OFFSET 0) c
		WHERE s.scope = 'full' AND s.tenant_id = :tenant_id AND (:agent IS NULL OR s.agent = :agent)
			AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
			AND (:call_type IS NULL OR s.call_type = :call_type)) v
