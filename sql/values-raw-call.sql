-- Durations of completed calls one by one, for the edges of a window; :sign -1 takes them away.  Uses cm_call_started.
SELECT c.duration_us, :sign * 1, c.started_us
FROM cm_call c
WHERE c.started_us >= :from AND c.started_us < :to AND c.bin IS NOT NULL
	AND (:scope = 'all' OR EXISTS (SELECT 1 FROM cm_series s WHERE s.series_id = c.series_id
		AND (:tenant_id IS NULL OR s.tenant_id = :tenant_id) AND (:agent IS NULL OR s.agent = :agent)
		AND (:agent_version IS NULL OR s.agent_version = :agent_version)
		AND (:provider IS NULL OR s.provider = :provider) AND (:call_type IS NULL OR s.call_type = :call_type)))
