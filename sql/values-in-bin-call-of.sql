-- The same for one tenant; see values-in-bin-of.  Uses cm_series' unique index and cm_call_series_bin, which covers it.
SELECT c.duration_us, c.series_id
FROM cm_series s CROSS JOIN cm_call c
WHERE s.scope = 'full' AND s.tenant_id = :tenant_id AND (:agent IS NULL OR s.agent = :agent)
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
	AND c.series_id = s.series_id AND c.bin = :bin AND c.started_us >= :from AND c.started_us < :to
