-- Calls one by one, for the edges of a window that no bucket covers.  Uses cm_call_started.
SELECT c.started_us, c.status || '/' || c.call_type || '/' || c.failure_reason, 1, c.has_transcript,
	CASE WHEN c.bin IS NULL THEN 0 ELSE 1 END, CASE WHEN c.bin IS NULL THEN 0 ELSE c.duration_us END
FROM cm_call c CROSS JOIN cm_series s
WHERE c.started_us >= :from AND c.started_us < :to AND s.series_id = c.series_id
	AND (:tenant_id IS NULL OR s.tenant_id = :tenant_id) AND (:agent IS NULL OR s.agent = :agent)
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
