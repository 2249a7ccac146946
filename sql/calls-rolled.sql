-- Counts of calls per bucket and outcome, from whole buckets, as far as folded; :sign -1 takes them away.
-- Uses cm_series' unique index and the primary key of cm_rollup.
SELECT r.bucket, r.outcome, :sign * r.n, :sign * r.n_transcript, :sign * r.n_value, :sign * r.sum_us
FROM cm_series s CROSS JOIN cm_rollup r
WHERE s.scope = :scope AND s.tenant_id = coalesce(:tenant_id, '') AND (:agent IS NULL OR s.agent = :agent)
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
	AND r.series_id = s.series_id AND r.kind = 'call' AND r.resolution = :resolution
	AND r.bucket >= :from AND r.bucket < :to
