-- Timed steps of one call, newest first, before a given one.  Uses cm_latency_call.
SELECT l.latency_id, l.call_id, l.component, l.duration_us, l.at_us, l.turn_id, l.provider, l.model, l.metadata
FROM cm_latency l CROSS JOIN cm_series s
WHERE l.call_id = :call_id AND (:component IS NULL OR l.component = :component) AND l.at_us >= :from AND l.at_us < :to
	AND (l.at_us, l.latency_id) < (:before_us, :before_id) AND s.series_id = l.series_id
	AND (:tenant_id IS NULL OR s.tenant_id = :tenant_id) AND (:agent IS NULL OR s.agent = :agent)
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
ORDER BY l.at_us DESC, l.latency_id DESC LIMIT :limit
