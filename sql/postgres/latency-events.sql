-- Timed steps, newest first, before a given one; of one component, or of each and then the newest of those.
-- Uses cm_latency_at, then the key of cm_series; OFFSET 0 keeps that order.
SELECT l.latency_id, c.call_id, l.component, l.duration_us, l.at_us, l.turn_id, l.provider, l.model, l.metadata
FROM (SELECT DISTINCT meaning AS component FROM cm_vocabulary WHERE topic = 'component') k CROSS JOIN LATERAL (
	SELECT e.* FROM cm_latency e
	CROSS JOIN LATERAL (SELECT FROM cm_series s WHERE s.series_id = e.series_id
		AND (:tenant_id IS NULL OR s.tenant_id = :tenant_id) AND (:agent IS NULL OR s.agent = :agent)
		AND (:agent_version IS NULL OR s.agent_version = :agent_version)
		AND (:provider IS NULL OR s.provider = :provider) AND (:call_type IS NULL OR s.call_type = :call_type) OFFSET 0) s
	WHERE e.component = k.component AND e.at_us >= :from AND e.at_us < :to
		AND (e.at_us, e.latency_id) < (:before_us, :before_id)
	ORDER BY e.at_us DESC, e.latency_id DESC LIMIT :limit) l CROSS JOIN cm_call c
WHERE c.call_no = l.call_no AND (:component IS NULL OR k.component = :component)
ORDER BY l.at_us DESC, l.latency_id DESC LIMIT :limit
