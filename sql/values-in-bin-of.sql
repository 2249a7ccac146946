-- The same for one tenant: what others have in the bin is not looked at, and neither told by numbers of rows nor by the time it takes.
-- Uses cm_series' unique index and cm_latency_series_bin, which covers it.
SELECT l.duration_us, l.series_id
FROM cm_series s CROSS JOIN cm_latency l
WHERE s.scope = 'full' AND s.tenant_id = :tenant_id AND (:agent IS NULL OR s.agent = :agent)
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
	AND l.series_id = s.series_id AND l.component = :kind AND l.bin = :bin AND l.at_us >= :from AND l.at_us < :to
