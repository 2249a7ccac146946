-- Calls that are active now, and how many of them started before :stale_before.  Uses cm_call_active, which covers it.
SELECT count(*), coalesce(sum(CASE WHEN c.started_us < :stale_before THEN 1 ELSE 0 END), 0)
FROM cm_call c
WHERE c.status = 'active'
	AND (:scope = 'all' OR EXISTS (SELECT 1 FROM cm_series s WHERE s.series_id = c.series_id
		AND (:tenant_id IS NULL OR s.tenant_id = :tenant_id) AND (:agent IS NULL OR s.agent = :agent)
		AND (:agent_version IS NULL OR s.agent_version = :agent_version)
		AND (:provider IS NULL OR s.provider = :provider) AND (:call_type IS NULL OR s.call_type = :call_type)))
