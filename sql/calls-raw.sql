-- Calls one by one, for the edges of a window that no bucket covers; :sign -1 takes
-- them away.  Uses cm_call_started.
SELECT c.started_us, c.status, :sign * 1, :sign * c.has_transcript,
	:sign * CASE WHEN c.bin IS NULL THEN 0 ELSE 1 END, :sign * CASE WHEN c.bin IS NULL THEN 0 ELSE c.duration_us END,
	c.call_type, c.failure_reason
FROM cm_call c
WHERE c.started_us >= :from AND c.started_us < :to
	AND (:scope = 'all' OR EXISTS (SELECT 1 FROM cm_series s WHERE s.series_id = c.series_id
		AND (:tenant_id IS NULL OR s.tenant_id = :tenant_id) AND (:agent IS NULL OR s.agent = :agent)
		AND (:agent_version IS NULL OR s.agent_version = :agent_version)
		AND (:provider IS NULL OR s.provider = :provider) AND (:call_type IS NULL OR s.call_type = :call_type)))
