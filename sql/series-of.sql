-- The series that a filter reads: combinations of labels that it lets through.  Uses cm_series' unique index.
SELECT s.series_id FROM cm_series s
WHERE s.scope = :scope AND s.tenant_id = coalesce(:tenant_id, '') AND s.agent BETWEEN :agent_from AND :agent_to
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
LIMIT :limit
