-- From version 3 to 4, first: what is pending is folded, while nobody writes.  Whoever still runs an older program can neither count a
-- fact nor answer from now on.  Each label has series of its own, and the combinations of one label need none.
SET LOCAL search_path = callmetrics, pg_temp;
DO $$
BEGIN
	PERFORM set_config('client_min_messages', 'warning', true);
	PERFORM pg_advisory_xact_lock(25453, 1);
	PERFORM cm_fold(1);
	IF EXISTS (SELECT FROM cm_pending) THEN
		RAISE EXCEPTION 'facts that are pending cannot be folded; the log says why';
	END IF;
END
$$;

@table(pack)@
@table(call_event)@
DROP TABLE cm_pending CASCADE;

CREATE INDEX cm_series_agent ON cm_series (agent);
UPDATE cm_series SET scope = 'former' WHERE scope = 'labels'
	AND (agent <> '')::int + (agent_version <> '')::int + (provider <> '')::int + (call_type <> '')::int < 2;
DELETE FROM cm_marginal m USING cm_series s WHERE s.series_id = m.into_id AND s.scope = 'former';
@seriesadded()@
INSERT INTO cm_series (scope, tenant_id, agent, agent_version, provider, call_type)
	SELECT DISTINCT m.* FROM cm_series s
		CROSS JOIN LATERAL (@marginals(s)@) m (scope, tenant_id, agent, agent_version, provider, call_type)
	WHERE s.scope = 'full' AND m.scope IN ('agent', 'agent_version', 'provider', 'call_type')
		AND concat(m.agent, m.agent_version, m.provider, m.call_type) <> ''
	ORDER BY m.scope, m.agent, m.agent_version, m.provider, m.call_type;
INSERT INTO cm_marginal (series_id, scope, into_id)
	SELECT s.series_id, m.scope, m.series_id FROM cm_series s JOIN cm_series m ON (@singles(s)@) WHERE s.scope = 'full';
INSERT INTO cm_counter (series_id, kind, outcome, n_seen, n_reached, n_value, sum_us)
	SELECT m.series_id, e.kind, e.outcome, sum(e.n_seen), sum(e.n_reached), sum(e.n_value), least(sum(e.sum_us), 4611686018427387904)
	FROM cm_series s JOIN cm_series m ON (@singles(s)@) JOIN cm_counter e ON e.series_id = s.series_id
	WHERE s.scope IN ('labels', 'former') GROUP BY 1, 2, 3;
