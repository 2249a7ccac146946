-- Calls of a window, oldest first, after a given one, with their labels.  Uses cm_call_started and the key of cm_series.
SELECT c.call_id, c.call_type, c.caller_number, c.callee_number, c.started_us, c.ended_us, c.duration_us, c.status,
	c.has_transcript, c.has_audio, s.tenant_id, s.agent, s.provider, c.failure_reason, c.metadata
FROM cm_call c CROSS JOIN cm_series s
WHERE c.started_us >= :from AND c.started_us < :to AND (c.started_us, c.call_id, c.tenant_id) > (:after_us, :after_id, :after_tenant)
	AND s.series_id = c.series_id
	AND (:tenant_id IS NULL OR s.tenant_id = :tenant_id) AND (:agent IS NULL OR s.agent = :agent)
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
ORDER BY c.started_us, c.call_id, c.tenant_id
