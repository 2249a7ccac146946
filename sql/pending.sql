-- Facts that came or went since the last fold.  Scans cm_pending, which is short.
SELECT p.kind, p.outcome, p.at_us, p.value_us, p.bin, p.n, p.n_transcript
FROM cm_pending p
WHERE (:scope = 'all' OR EXISTS (SELECT 1 FROM cm_series s WHERE s.series_id = p.series_id
		AND (:tenant_id IS NULL OR s.tenant_id = :tenant_id) AND (:agent IS NULL OR s.agent = :agent)
		AND (:agent_version IS NULL OR s.agent_version = :agent_version)
		AND (:provider IS NULL OR s.provider = :provider) AND (:call_type IS NULL OR s.call_type = :call_type)))
