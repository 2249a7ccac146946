-- The series of the facts that a filter lets through.  Uses cm_series' unique index.
SELECT s.series_id FROM cm_series s
WHERE s.scope = 'full' AND s.tenant_id BETWEEN :tenant_from AND :tenant_to AND (:agent IS NULL OR s.agent = :agent)
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
