-- Latencies of one component one by one, for the edges of a window; :sign -1 takes them away.  Uses cm_latency_at, which covers it.
SELECT l.duration_us, :sign * 1, l.at_us
FROM cm_latency l
WHERE l.component = :kind AND l.at_us >= :from AND l.at_us < :to
	AND (:scope = 'all' OR EXISTS (SELECT 1 FROM cm_series s WHERE s.series_id = l.series_id
		AND (:tenant_id IS NULL OR s.tenant_id = :tenant_id) AND (:agent IS NULL OR s.agent = :agent)
		AND (:agent_version IS NULL OR s.agent_version = :agent_version)
		AND (:provider IS NULL OR s.provider = :provider) AND (:call_type IS NULL OR s.call_type = :call_type)))
