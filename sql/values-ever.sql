-- Count and sum of the latencies of one component of all time, of one series, or of those that a filter reads.  Uses the primary key of
-- cm_counter, and cm_series' unique index.
SELECT coalesce(sum(n_value), 0), coalesce(sum(sum_us), 0) FROM (
	SELECT e.n_value, e.sum_us FROM cm_counter e WHERE e.series_id = :one AND e.kind = :kind
	UNION ALL
	SELECT e.n_value, e.sum_us
	FROM cm_series s CROSS JOIN cm_counter e
	WHERE :one IS NULL AND s.scope = :scope AND s.tenant_id = coalesce(:tenant_id, '') AND s.agent BETWEEN :agent_from AND :agent_to
		AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
		AND (:call_type IS NULL OR s.call_type = :call_type)
		AND e.series_id = s.series_id AND e.kind = :kind) ever
