-- From version 3 to 4, first: what is pending is folded, by the trigger of the last row that may be.  Whoever still runs an older program
-- can neither count a fact nor answer from now on.  Each label has series of its own, and the combinations of one label need none.
UPDATE cm_state SET pending_most = 512;
INSERT INTO cm_pending (pending_id, series_id, kind, outcome, at_us, value_us, bin, n, n_transcript, n_seen, n_reached, n_timed)
	SELECT max(512, coalesce(max(pending_id), 0) + 1), 0, '', '', 0, 0, NULL, 0, 0, 0, 0, 0 FROM cm_pending;
@table(pack)@
@table(call_event)@
DROP VIEW cm_pending_count;
DROP VIEW cm_pending_bin;
DROP VIEW cm_pending_counter;
DROP TRIGGER cm_pending_full;
DROP TABLE cm_pending;

CREATE INDEX cm_series_agent ON cm_series (agent);
UPDATE cm_series SET scope = 'former' WHERE scope = 'labels'
	AND (agent <> '') + (agent_version <> '') + (provider <> '') + (call_type <> '') < 2;
DELETE FROM cm_marginal;
DROP TRIGGER cm_series_added;
@seriesadded()@
INSERT OR REPLACE INTO cm_series (series_id, scope, tenant_id, agent, agent_version, provider, call_type)
	SELECT series_id, scope, tenant_id, agent, agent_version, provider, call_type FROM cm_series WHERE scope = 'full';
INSERT INTO cm_counter (series_id, kind, outcome, n_seen, n_reached, n_value, sum_us)
	SELECT m.series_id, e.kind, e.outcome, e.n_seen, e.n_reached, e.n_value, e.sum_us
	FROM cm_series s CROSS JOIN cm_series m ON (@singles(s)@) CROSS JOIN cm_counter e ON e.series_id = s.series_id
	WHERE s.scope IN ('labels', 'former')
	ON CONFLICT (series_id, kind, outcome) DO UPDATE SET n_seen = cm_counter.n_seen + excluded.n_seen,
		n_reached = cm_counter.n_reached + excluded.n_reached, n_value = cm_counter.n_value + excluded.n_value,
		sum_us = min(cm_counter.sum_us, 4611686018427387904) + min(excluded.sum_us, 4611686018427387904);
