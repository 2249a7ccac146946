-- The combinations of labels that a filter lets through, up to so many.  Uses cm_series' unique index, or cm_series_agent:
-- by coalesce the one half cannot use what the other does.
SELECT s.series_id FROM cm_series s WHERE (:tenant_id IS NOT NULL OR :agent IS NULL) AND s.scope = 'full'
	AND s.tenant_id BETWEEN :tenant_from AND :tenant_to AND (:agent IS NULL OR s.agent = :agent)
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
UNION ALL
SELECT s.series_id FROM cm_series s WHERE :tenant_id IS NULL AND s.agent = :agent AND coalesce(s.scope, '') = 'full'
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
LIMIT :limit
