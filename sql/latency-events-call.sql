-- Timed steps of one call, or of those of several tenants that have its id, newest first, before a given one.  Uses cm_series' and
-- cm_call's unique indexes and cm_latency_call.
SELECT l.latency_id, c.call_id, l.component, l.duration_us, l.at_us, l.turn_id, l.provider, l.model, l.metadata
FROM (SELECT '' AS tenant_id WHERE coalesce(:tenant_id, '') = ''
		UNION ALL SELECT tenant_id FROM cm_series WHERE scope = 'tenant' AND (:tenant_id IS NULL OR tenant_id = :tenant_id)) t
	CROSS JOIN cm_call c CROSS JOIN cm_latency l CROSS JOIN cm_series s
WHERE c.tenant_id = t.tenant_id AND c.call_id = :call_id AND l.call_no = c.call_no AND (:component IS NULL OR l.component = :component) AND l.at_us >= :from AND l.at_us < :to
	AND (l.at_us, l.latency_id) < (:before_us, :before_id) AND s.series_id = l.series_id
	AND (:tenant_id IS NULL OR s.tenant_id = :tenant_id) AND (:agent IS NULL OR s.agent = :agent)
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
ORDER BY l.at_us DESC, l.latency_id DESC LIMIT :limit
