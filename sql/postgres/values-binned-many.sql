-- The same of several looks at once.  Uses cm_series' unique index and the primary key of cm_rollup_bin.
SELECT r.bin, w.sign * r.n, w.sign * r.sum_us, r.bucket, w.number - 1
FROM cm_series s CROSS JOIN @looks()@
	CROSS JOIN LATERAL (SELECT * FROM cm_rollup_bin r
		WHERE r.series_id = s.series_id AND r.kind = w.kind AND r.resolution = w.resolution AND r.parent = w.bin
			AND r.bucket >= w.from_at AND r.bucket < w.to_at OFFSET 0) r
WHERE s.scope = :scope AND s.tenant_id = coalesce(:tenant_id, '') AND (:agent IS NULL OR s.agent = :agent)
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
