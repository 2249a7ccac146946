-- Calls of all time per series and outcome, for counters, of one series or of those that a filter reads: what was counted and is owed, and
-- what is due and not counted yet.  Uses cm_series' unique index, the primary keys and cm_unsettled_due.
SELECT outcome, sum(n), sum(n_owed), sum(n_due), sum(n_value), sum(n_value_owed), sum(n_value_due), sum(sum_us), sum(sum_us_owed),
	sum(sum_us_due)
FROM (SELECT e.series_id, e.outcome, e.n, e.n_owed, 0 AS n_due, e.n_value, e.n_value_owed, 0 AS n_value_due, e.sum_us, e.sum_us_owed,
		0 AS sum_us_due
	FROM cm_counter e WHERE e.series_id = :one AND e.kind = 'call'
	UNION ALL
	SELECT e.series_id, e.outcome, e.n, e.n_owed, 0, e.n_value, e.n_value_owed, 0, e.sum_us, e.sum_us_owed, 0
	FROM cm_series s CROSS JOIN cm_counter e
	WHERE :one IS NULL AND s.scope = :scope AND s.tenant_id = coalesce(:tenant_id, '') AND s.agent BETWEEN :agent_from AND :agent_to
		AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
		AND (:call_type IS NULL OR s.call_type = :call_type)
		AND e.series_id = s.series_id AND e.kind = 'call'
	UNION ALL
	SELECT s.series_id, c.status || '/' || c.call_type || '/' || c.failure_reason, 0, 0, 1,
		0, 0, CASE WHEN c.bin IS NULL THEN 0 ELSE 1 END, 0, 0, CASE WHEN c.bin IS NULL THEN 0 ELSE c.duration_us END
	FROM cm_unsettled u CROSS JOIN cm_call c CROSS JOIN cm_marginal m CROSS JOIN cm_series s
	WHERE u.due_us <= :now AND c.call_no = u.call_no AND m.series_id = c.series_id AND m.scope = :scope AND s.series_id = m.into_id
		AND s.tenant_id = coalesce(:tenant_id, '') AND s.agent BETWEEN :agent_from AND :agent_to
		AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
		AND (:call_type IS NULL OR s.call_type = :call_type)) counted
GROUP BY series_id, outcome
