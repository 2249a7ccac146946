-- The same of several looks at once, counted as in calls-raw-many.  Uses cm_series' unique index and cm_call_series, which covers it.
SELECT w.from_at, c.status, w.sign * c.n, w.sign * c.with_transcript, w.sign * c.timed, w.sign * c.duration_sum_us, c.call_type,
	c.failure_reason, w.number - 1
FROM @looks()@
	CROSS JOIN LATERAL (SELECT c.status, c.call_type, c.failure_reason, count(*) AS n, sum(c.has_transcript) AS with_transcript,
			count(c.bin) AS timed, sum(CASE WHEN c.bin IS NOT NULL THEN c.duration_us END) AS duration_sum_us
		FROM cm_series s CROSS JOIN LATERAL (SELECT * FROM cm_call c
			WHERE c.series_id = s.series_id AND c.started_us >= w.from_at AND c.started_us < w.to_at OFFSET 0) c
		WHERE s.scope = 'full' AND s.tenant_id = :tenant_id AND (:agent IS NULL OR s.agent = :agent)
			AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
			AND (:call_type IS NULL OR s.call_type = :call_type)
		GROUP BY c.status, c.call_type, c.failure_reason) c
