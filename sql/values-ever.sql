-- Count and sum of the latencies of one component of all time.  Uses cm_series' unique index and the primary key of
-- cm_counter.
SELECT coalesce(sum(e.n_value), 0), coalesce(sum(e.sum_us), 0)
FROM cm_series s CROSS JOIN cm_counter e
WHERE s.scope = :scope AND s.tenant_id = coalesce(:tenant_id, '') AND (:agent IS NULL OR s.agent = :agent)
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
	AND e.series_id = s.series_id AND e.kind = :kind
