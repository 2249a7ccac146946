-- The same of several looks at once.  Uses cm_series' unique index and cm_call_series.
SELECT c.started_us, c.status, w.sign, w.sign * c.has_transcript, w.sign * CASE WHEN c.bin IS NULL THEN 0 ELSE 1 END,
	w.sign * CASE WHEN c.bin IS NULL THEN 0 ELSE c.duration_us END, c.call_type, c.failure_reason, w.number - 1
FROM cm_series s CROSS JOIN @looks()@
	CROSS JOIN LATERAL (SELECT * FROM cm_call c
		WHERE c.series_id = s.series_id AND c.started_us >= w.from_at AND c.started_us < w.to_at OFFSET 0) c
WHERE s.scope = 'full' AND s.tenant_id = :tenant_id AND (:agent IS NULL OR s.agent = :agent)
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
