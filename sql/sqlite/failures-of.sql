-- The same where few series match: the newest of each, then the newest of those.  Uses
-- cm_call_failed_series, which SQLite has to be told.
SELECT c.call_id, c.call_type, c.caller_number, c.callee_number, c.started_us, c.ended_us, c.duration_us, c.status,
	c.has_transcript, c.has_audio, s.tenant_id, s.agent, s.provider, c.failure_reason, c.metadata
FROM cm_series s CROSS JOIN cm_call c
WHERE s.scope = 'full'
	AND s.tenant_id BETWEEN :tenant_from AND :tenant_to AND (:agent IS NULL OR s.agent = :agent)
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
	AND c.call_no IN (SELECT f.call_no FROM cm_call f INDEXED BY cm_call_failed_series
		WHERE f.failure_reason <> '' AND f.series_id = s.series_id AND f.started_us >= :from AND f.started_us < :to
			AND (f.started_us, f.call_id, f.tenant_id) < (:before_us, :before_id, :before_tenant)
		ORDER BY f.started_us DESC, f.call_id DESC LIMIT :limit)
ORDER BY c.started_us DESC, c.call_id DESC, c.tenant_id DESC LIMIT :limit
