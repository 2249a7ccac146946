-- The same of several looks at once.  Uses cm_series' unique index and the primary key of cm_rollup.
SELECT r.bucket, r.outcome, w.sign * r.n, w.sign * r.n_transcript, w.sign * r.n_value, w.sign * r.sum_us, w.number - 1
FROM cm_series s CROSS JOIN @looks()@
	CROSS JOIN LATERAL (SELECT * FROM cm_rollup r
		WHERE r.series_id = s.series_id AND r.kind = 'call' AND r.resolution = w.resolution
			AND r.bucket >= w.from_at AND r.bucket < w.to_at OFFSET 0) r
WHERE s.scope = :scope AND s.tenant_id = coalesce(:tenant_id, '') AND (:agent IS NULL OR s.agent = :agent)
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
