-- The same where few series match.  Uses cm_latency_series.
SELECT l.latency_id, c.call_id, l.component, l.duration_us, l.at_us, l.turn_id, l.provider, l.model, l.metadata
FROM (SELECT DISTINCT meaning AS component FROM cm_vocabulary WHERE topic = 'component') k CROSS JOIN cm_series s
	CROSS JOIN LATERAL (
		SELECT * FROM cm_latency e
		WHERE e.series_id = s.series_id AND e.component = k.component AND e.at_us >= :from AND e.at_us < :to
			AND (e.at_us, e.latency_id) < (:before_us, :before_id)
		ORDER BY e.at_us DESC, e.latency_id DESC LIMIT :limit) l CROSS JOIN cm_call c
WHERE c.call_no = l.call_no AND (:component IS NULL OR k.component = :component) AND s.scope = 'full'
	AND s.tenant_id BETWEEN :tenant_from AND :tenant_to AND (:agent IS NULL OR s.agent = :agent)
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
ORDER BY l.at_us DESC, l.latency_id DESC LIMIT :limit
