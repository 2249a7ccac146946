-- Schema version 2: the rollups, kept by row triggers on the facts, in the transaction of the fact's writer.
--
-- A fact adds a row to cm_pending, a page that is always at hand; the 512th folds them all into the rollups, so a write
-- touches the rollups' many pages once in 512 times.  A reader adds both together: cm_rollup and cm_pending_count,
-- cm_rollup_bin and cm_pending_bin, cm_counter and cm_pending_counter.
--
-- An outcome is status/call_type/failure_reason of a call ('failed/inbound/api_error').  Counts of calls are kept per
-- outcome; values (durations of completed calls, latencies) in a histogram of two levels: the fine bins of cm_octave, and
-- coarse ones of 32 fine.  A bin's parent is its coarse bin, that of a coarse one -1: so all coarse bins of a run of buckets lie
-- together, and so do the fine bins of one coarse bin, and either is one look into the index.

@list(since-2)@

INSERT INTO cm_grid (scope, resolution) VALUES
	@grid()@;

INSERT INTO cm_grid_bin (scope, resolution, fine)
	SELECT scope, resolution, 0 FROM cm_grid UNION ALL SELECT scope, resolution, 1 FROM cm_grid;

CREATE VIEW cm_pending_count AS
	SELECT m.into_id AS series_id, p.kind, g.resolution, p.at_us / 1000000 / g.resolution * g.resolution AS bucket,
		p.outcome, p.n, p.n * p.n_transcript AS n_transcript,
		CASE WHEN p.bin IS NULL THEN 0 ELSE p.n END AS n_value,
		CASE WHEN p.bin IS NULL THEN 0 ELSE p.n * p.value_us END AS sum_us
	FROM cm_pending p CROSS JOIN cm_marginal m CROSS JOIN cm_grid g
	WHERE p.outcome <> '' AND m.series_id = p.series_id AND g.scope = m.scope;

CREATE VIEW cm_pending_bin AS
	SELECT m.into_id AS series_id, p.kind, g.resolution, CASE g.fine WHEN 0 THEN -1 ELSE p.bin / 32 END AS parent,
		p.at_us / 1000000 / g.resolution * g.resolution AS bucket,
		CASE g.fine WHEN 0 THEN p.bin / 32 ELSE p.bin END AS bin, p.n, p.n * p.value_us AS sum_us
	FROM cm_pending p CROSS JOIN cm_marginal m CROSS JOIN cm_grid_bin g
	WHERE p.bin IS NOT NULL AND m.series_id = p.series_id AND g.scope = m.scope;

CREATE VIEW cm_pending_counter AS
	SELECT m.into_id AS series_id, p.kind, p.outcome, p.n_seen, p.n_reached,
		p.n_timed AS n_value, CASE WHEN p.n_timed = 0 THEN 0 ELSE p.value_us END AS sum_us
	FROM cm_pending p CROSS JOIN cm_marginal m
	WHERE p.n > 0 AND m.series_id = p.series_id;

-- A sum that came to 2^62 stays there, so that adding never fails (shared/facts/bounds.h).
CREATE TRIGGER cm_pending_full AFTER INSERT ON cm_pending
WHEN NEW.pending_id >= 512 AND NEW.pending_id >= (SELECT pending_most FROM cm_state WHERE state_id = 1)
BEGIN
	INSERT INTO cm_rollup (series_id, kind, resolution, bucket, outcome, n, n_transcript, n_value, sum_us)
		SELECT series_id, kind, resolution, bucket, outcome, sum(n), sum(n_transcript), sum(n_value), sum(sum_us)
		FROM cm_pending_count WHERE true GROUP BY series_id, kind, resolution, bucket, outcome
		ON CONFLICT (series_id, kind, resolution, bucket, outcome) DO UPDATE SET n = n + excluded.n,
			n_transcript = n_transcript + excluded.n_transcript, n_value = n_value + excluded.n_value,
			sum_us = min(sum_us, 4611686018427387904) + excluded.sum_us;
	INSERT INTO cm_rollup_bin (series_id, kind, resolution, parent, bucket, bin, n, sum_us)
		SELECT series_id, kind, resolution, parent, bucket, bin, sum(n), sum(sum_us)
		FROM cm_pending_bin WHERE true GROUP BY series_id, kind, resolution, parent, bucket, bin
		ON CONFLICT (series_id, kind, resolution, parent, bucket, bin) DO UPDATE SET n = n + excluded.n,
			sum_us = min(sum_us, 4611686018427387904) + excluded.sum_us;
	INSERT INTO cm_counter (series_id, kind, outcome, n_seen, n_reached, n_value, sum_us)
		SELECT series_id, kind, outcome, sum(n_seen), sum(n_reached), sum(n_value), sum(sum_us)
		FROM cm_pending_counter WHERE true GROUP BY series_id, kind, outcome
		ON CONFLICT (series_id, kind, outcome) DO UPDATE SET n_seen = n_seen + excluded.n_seen,
			n_reached = n_reached + excluded.n_reached, n_value = n_value + excluded.n_value,
			sum_us = min(sum_us, 4611686018427387904) + excluded.sum_us;
	DELETE FROM cm_pending;
END;

CREATE TRIGGER cm_series_added AFTER INSERT ON cm_series WHEN NEW.scope = 'full'
BEGIN
	INSERT INTO cm_series (scope, tenant_id, agent, agent_version, provider, call_type)
		VALUES ('all', '', '', '', '', '') ON CONFLICT DO NOTHING;
	INSERT INTO cm_series (scope, tenant_id, agent, agent_version, provider, call_type)
		VALUES ('labels', '', NEW.agent, NEW.agent_version, NEW.provider, NEW.call_type) ON CONFLICT DO NOTHING;
	INSERT INTO cm_series (scope, tenant_id, agent, agent_version, provider, call_type)
		SELECT 'tenant', NEW.tenant_id, '', '', '', '' WHERE NEW.tenant_id <> '' ON CONFLICT DO NOTHING;
	INSERT INTO cm_marginal (series_id, scope, into_id)
		SELECT NEW.series_id, scope, series_id FROM cm_series WHERE scope = 'all';
	INSERT INTO cm_marginal (series_id, scope, into_id)
		SELECT NEW.series_id, scope, series_id FROM cm_series WHERE scope = 'labels' AND tenant_id = ''
			AND agent = NEW.agent AND agent_version = NEW.agent_version AND provider = NEW.provider
			AND call_type = NEW.call_type;
	INSERT INTO cm_marginal (series_id, scope, into_id)
		SELECT NEW.series_id, scope, series_id FROM cm_series
			WHERE scope = 'tenant' AND tenant_id = NEW.tenant_id AND NEW.tenant_id <> '';
	INSERT INTO cm_marginal (series_id, scope, into_id)
		SELECT NEW.series_id, 'full', NEW.series_id WHERE NEW.tenant_id <> '';
END;

-- One that is only spoken of is not counted until somebody tells of it, nor when nobody does any more.
CREATE TRIGGER cm_call_added AFTER INSERT ON cm_call WHEN NEW.status IS NOT NULL
BEGIN
	INSERT INTO cm_pending VALUES (NULL, NEW.series_id, 'call',
		NEW.status || '/' || NEW.call_type || '/' || NEW.failure_reason, NEW.started_us, NEW.duration_us, NEW.bin,
		1, NEW.has_transcript, 1, 1, NEW.bin IS NOT NULL);
END;

CREATE TRIGGER cm_call_told AFTER UPDATE ON cm_call WHEN NEW.status IS NOT NULL AND OLD.status IS NULL
BEGIN
	INSERT INTO cm_pending VALUES (NULL, NEW.series_id, 'call',
		NEW.status || '/' || NEW.call_type || '/' || NEW.failure_reason, NEW.started_us, NEW.duration_us, NEW.bin,
		1, NEW.has_transcript, 1, 1, NEW.bin IS NOT NULL);
END;

CREATE TRIGGER cm_call_changed AFTER UPDATE ON cm_call
WHEN NEW.status IS NOT NULL AND OLD.status IS NOT NULL
	AND (NEW.series_id <> OLD.series_id OR NEW.status <> OLD.status OR NEW.call_type <> OLD.call_type
	OR NEW.failure_reason <> OLD.failure_reason OR NEW.started_us <> OLD.started_us
	OR NEW.duration_us IS NOT OLD.duration_us OR NEW.has_transcript <> OLD.has_transcript)
BEGIN
	INSERT INTO cm_pending VALUES (NULL, OLD.series_id, 'call',
		OLD.status || '/' || OLD.call_type || '/' || OLD.failure_reason, OLD.started_us, OLD.duration_us, OLD.bin,
		-1, OLD.has_transcript, 0, 0, 0);
	INSERT INTO cm_pending VALUES (NULL, NEW.series_id, 'call',
		NEW.status || '/' || NEW.call_type || '/' || NEW.failure_reason, NEW.started_us, NEW.duration_us, NEW.bin,
		1, NEW.has_transcript, 0, NEW.status <> OLD.status, NEW.bin IS NOT NULL AND OLD.bin IS NULL);
END;

CREATE TRIGGER cm_call_untold AFTER UPDATE ON cm_call WHEN NEW.status IS NULL AND OLD.status IS NOT NULL
BEGIN
	INSERT INTO cm_pending VALUES (NULL, OLD.series_id, 'call',
		OLD.status || '/' || OLD.call_type || '/' || OLD.failure_reason, OLD.started_us, OLD.duration_us, OLD.bin,
		-1, OLD.has_transcript, 0, 0, 0);
END;

CREATE TRIGGER cm_call_removed AFTER DELETE ON cm_call WHEN OLD.status IS NOT NULL
BEGIN
	INSERT INTO cm_pending VALUES (NULL, OLD.series_id, 'call',
		OLD.status || '/' || OLD.call_type || '/' || OLD.failure_reason, OLD.started_us, OLD.duration_us, OLD.bin,
		-1, OLD.has_transcript, 0, 0, 0);
END;

CREATE TRIGGER cm_latency_added AFTER INSERT ON cm_latency
BEGIN
	INSERT INTO cm_pending VALUES (NULL, NEW.series_id, NEW.component, '', NEW.at_us, NEW.duration_us, NEW.bin, 1, 0, 1, 1, 1);
END;

CREATE TRIGGER cm_latency_changed AFTER UPDATE ON cm_latency
WHEN NEW.series_id <> OLD.series_id OR NEW.component <> OLD.component OR NEW.at_us <> OLD.at_us
	OR NEW.duration_us <> OLD.duration_us
BEGIN
	INSERT INTO cm_pending VALUES (NULL, OLD.series_id, OLD.component, '', OLD.at_us, OLD.duration_us, OLD.bin, -1, 0, 0, 0, 0);
	INSERT INTO cm_pending VALUES (NULL, NEW.series_id, NEW.component, '', NEW.at_us, NEW.duration_us, NEW.bin, 1, 0, 0, 0, 0);
END;

CREATE TRIGGER cm_latency_removed AFTER DELETE ON cm_latency
BEGIN
	INSERT INTO cm_pending VALUES (NULL, OLD.series_id, OLD.component, '', OLD.at_us, OLD.duration_us, OLD.bin, -1, 0, 0, 0, 0);
END;

-- The series of facts whose call is not known, again, now that a new series makes its marginals.
DELETE FROM cm_series WHERE series_id = 1;
INSERT INTO cm_series (series_id, scope, tenant_id, agent, agent_version, provider, call_type)
	VALUES (1, 'full', '', '', '', '', '');
