-- The same for one tenant.  Uses cm_series' unique index and cm_call_series.
SELECT c.started_us, c.status, :sign * 1, :sign * c.has_transcript,
	:sign * CASE WHEN c.bin IS NULL THEN 0 ELSE 1 END, :sign * CASE WHEN c.bin IS NULL THEN 0 ELSE c.duration_us END,
	c.call_type, c.failure_reason
FROM cm_series s CROSS JOIN cm_call c
WHERE s.scope = 'full' AND s.tenant_id = :tenant_id AND (:agent IS NULL OR s.agent = :agent)
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
	AND c.series_id = s.series_id AND c.started_us >= :from AND c.started_us < :to
