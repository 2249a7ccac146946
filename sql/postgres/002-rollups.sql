-- Schema version 2: the rollups; the twin of sqlite/002-rollups.sql.
--
-- Triggers on each row of the facts append to cm_pending what came and what went, in the transaction of the fact's writer; nothing
-- is updated there, so writers never wait for one another.  About every 512th such row asks, when its transaction commits, for a
-- fold into the rollups (cm_fold).  One session folds at a time: whoever changes a rollup holds the advisory lock (25453, 1), 25453
-- being "cm" in ASCII.  Apps only try for it; intake, which changes rollups itself, waits for it where its transaction begins.
-- A reader adds both together: cm_rollup and cm_pending_count, cm_rollup_bin and cm_pending_bin, cm_counter and
-- cm_pending_counter.
--
-- Outcomes, bins and their parents are what they are in SQLite.
DO $$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_temp', current_schema()), true);
END
$$;

@list(since-2)@

INSERT INTO cm_grid (scope, resolution) VALUES
	@grid()@;

INSERT INTO cm_grid_bin (scope, resolution, fine)
	SELECT scope, resolution, 0 FROM cm_grid UNION ALL SELECT scope, resolution, 1 FROM cm_grid;

-- Where a bin of a bucket stands among those of its series, as one number that sorts by kind, resolution, parent, bucket, bin: a key
-- of two numbers takes half the time of one of six columns.  The same as cm_slot_pack in shared/rollups/bins.c.
CREATE FUNCTION cm_slot(kind_id bigint, resolution bigint, parent bigint, bucket bigint, bin bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT (kind_id << 58)
		| (CASE resolution WHEN 300 THEN 0::bigint WHEN 3600 THEN 1 ELSE 2 END << 56)
		| ((parent + 1) << 46) | ((bucket / 300 + 1073741824) << 15) | bin
$$;

-- The same in the columns that SQLite keeps.
CREATE VIEW cm_rollup_bin WITH (security_invoker = true) AS
	SELECT series_id, k.name AS kind,
		('{300,3600,86400}'::bigint[])[1 + (slot >> 56 & 3)::int] AS resolution, (slot >> 46 & 1023) - 1 AS parent,
		((slot >> 15 & 2147483647) - 1073741824) * 300 AS bucket, slot & 32767 AS bin, n, sum_us
	FROM cm_rollup_slot LEFT JOIN cm_kind k ON k.kind_id = slot >> 58;

CREATE VIEW cm_pending_count WITH (security_invoker = true) AS
	@pendingcount(cm_pending)@;

CREATE VIEW cm_pending_bin WITH (security_invoker = true) AS
	@pendingbin(cm_pending)@;

CREATE VIEW cm_pending_counter WITH (security_invoker = true) AS
	@pendingcounter(cm_pending)@;

-- Folds the rows from one number to another into the rollups; how many they were.  They go in by their keys' order, which is that of the
-- pages.  A sum that came to 2^62 stays there, so that adding never fails (shared/facts/bounds.h).
--
-- A step and its call may come at the same time from two transactions, neither of which sees the other; or the call's labels may
-- change while a step comes.  Whichever is folded last finds the step with labels that are not its call's, and mends that, except
-- where somebody has the step in hand.
CREATE FUNCTION cm_fold_rows(first_id bigint, last_id bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
	folded bigint;
	kinds text[];
	series_ids bigint[];
	instants bigint[];
	stray_ids bigint[];
	into_ids bigint[];
BEGIN
	WITH gone AS MATERIALIZED (
		DELETE FROM cm_pending WHERE pending_id BETWEEN first_id AND last_id RETURNING *
	), counts AS (
		INSERT INTO cm_rollup AS r (series_id, kind, resolution, bucket, outcome, n, n_transcript, n_value, sum_us)
		SELECT series_id, kind, resolution, bucket, outcome, sum(n), sum(n_transcript), sum(n_value), sum(sum_us)
		FROM (@pendingcount(gone)@) c
		GROUP BY series_id, kind, resolution, bucket, outcome ORDER BY series_id, kind, resolution, bucket, outcome
		ON CONFLICT (series_id, kind, resolution, bucket, outcome) DO UPDATE SET n = r.n + excluded.n,
			n_transcript = r.n_transcript + excluded.n_transcript, n_value = r.n_value + excluded.n_value,
			sum_us = least(r.sum_us, 4611686018427387904) + excluded.sum_us
	), bins AS (
		INSERT INTO cm_rollup_slot AS r (series_id, slot, n, sum_us)
		SELECT series_id, cm_slot(k.kind_id, resolution, parent, bucket, bin), sum(b.n), sum(sum_us)
		FROM (@pendingbin(gone)@) b LEFT JOIN cm_kind k ON k.name = b.kind
		GROUP BY 1, 2 ORDER BY 1, 2
		ON CONFLICT (series_id, slot) DO UPDATE SET n = r.n + excluded.n, sum_us = least(r.sum_us, 4611686018427387904) + excluded.sum_us
	), counters AS (
		INSERT INTO cm_counter AS r (series_id, kind, outcome, n_seen, n_reached, n_value, sum_us)
		SELECT series_id, kind, outcome, sum(n_seen), sum(n_reached), sum(n_value), sum(sum_us)
		FROM (@pendingcounter(gone)@) c
		GROUP BY series_id, kind, outcome ORDER BY series_id, kind, outcome
		ON CONFLICT (series_id, kind, outcome) DO UPDATE SET n_seen = r.n_seen + excluded.n_seen,
			n_reached = r.n_reached + excluded.n_reached, n_value = r.n_value + excluded.n_value,
			sum_us = least(r.sum_us, 4611686018427387904) + excluded.sum_us
	)
	SELECT count(*), array_agg(kind) FILTER (WHERE n > 0), array_agg(series_id) FILTER (WHERE n > 0),
		array_agg(at_us) FILTER (WHERE n > 0)
	INTO folded, kinds, series_ids, instants FROM gone;
	SELECT array_agg(l.latency_id), array_agg(l.into_id) INTO stray_ids, into_ids
	FROM (SELECT DISTINCT kind, series_id, at_us FROM unnest(kinds, series_ids, instants) u (kind, series_id, at_us)) f
	CROSS JOIN LATERAL (
		SELECT l.latency_id, c.series_id AS into_id
		FROM (SELECT latency_id, call_no, series_id FROM cm_latency
			WHERE f.kind <> 'call' AND series_id = f.series_id AND component = f.kind AND at_us = f.at_us LIMIT 1000) l
		CROSS JOIN LATERAL (SELECT series_id FROM cm_call WHERE call_no = l.call_no OFFSET 0) c
		WHERE c.series_id <> l.series_id
		UNION ALL
		SELECT l.latency_id, c.series_id
		FROM (SELECT call_no, series_id FROM cm_call
			WHERE f.kind = 'call' AND series_id = f.series_id AND started_us = f.at_us LIMIT 1000) c
		CROSS JOIN LATERAL (SELECT latency_id, series_id FROM cm_latency WHERE call_no = c.call_no OFFSET 0) l
		WHERE l.series_id <> c.series_id) l;
	IF stray_ids IS NOT NULL THEN
		FOR i IN 1 .. cardinality(stray_ids) LOOP
			UPDATE cm_latency SET series_id = into_ids[i]
			WHERE latency_id = (SELECT latency_id FROM cm_latency
				WHERE latency_id = stray_ids[i] AND series_id <> into_ids[i] FOR UPDATE SKIP LOCKED);
		END LOOP;
	END IF;
	RETURN folded;
END
$$;

-- The same where the data of some row make it fail: that row, found by halving, is told of and noted in cm_skipped, and all others are
-- folded.
CREATE FUNCTION cm_fold_part(first_id bigint, last_id bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
	why text;
BEGIN
	SELECT min(pending_id), max(pending_id) INTO first_id, last_id FROM cm_pending WHERE pending_id BETWEEN first_id AND last_id;
	IF first_id IS NULL THEN
		RETURN 0;
	END IF;
	BEGIN
		RETURN cm_fold_rows(first_id, last_id);
	EXCEPTION WHEN data_exception OR integrity_constraint_violation OR cardinality_violation THEN
		why := SQLERRM;
	END;
	IF first_id < last_id THEN
		RETURN cm_fold_part(first_id, first_id + (last_id - first_id) / 2)
			+ cm_fold_part(first_id + (last_id - first_id) / 2 + 1, last_id);
	END IF;
	RAISE WARNING 'callmetrics: pending fact % cannot be folded and is skipped: %', first_id, why;
	INSERT INTO cm_skipped (source, source_id, field)
		SELECT 'cm_pending', concat_ws(' ', pending_id, kind, nullif(outcome, ''), at_us, value_us, n), 'value' FROM cm_pending
		WHERE pending_id = first_id ON CONFLICT DO NOTHING;
	DELETE FROM cm_pending WHERE pending_id = first_id;
	RETURN 1;
END
$$;

-- Folds what is pending, where that is at least so much; how many rows it were.  Nothing that goes wrong here, be it that somebody
-- cancels it, may fail the commit that asked for it: the rows stay pending, and the server's log says why.  A transaction of a
-- stricter isolation does not fold, since that could make it fail where it alone would not.
CREATE FUNCTION cm_fold(at_least bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET jit = off SET enable_seqscan = off AS $$
BEGIN
	IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted')
			OR (SELECT count(*) FROM (SELECT FROM cm_pending LIMIT at_least) few) < at_least
			OR NOT pg_try_advisory_xact_lock(25453, 1) THEN
		RETURN 0;
	END IF;
	RETURN cm_fold_part(0, 9223372036854775807);
EXCEPTION WHEN query_canceled OR OTHERS THEN
	RAISE WARNING 'callmetrics: nothing is folded: %', SQLERRM;
	RETURN 0;
END
$$;

REVOKE ALL ON FUNCTION cm_fold(bigint), cm_fold_part(bigint, bigint), cm_fold_rows(bigint, bigint) FROM PUBLIC;

CREATE FUNCTION cm_pending_full() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET jit = off AS $$
BEGIN
	PERFORM cm_fold(512);
	RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER cm_pending_full AFTER INSERT ON cm_pending DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.pending_id % 512 = 0) EXECUTE FUNCTION cm_pending_full();

CREATE FUNCTION cm_series_added() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET jit = off AS $$
BEGIN
	INSERT INTO cm_series (scope, tenant_id, agent, agent_version, provider, call_type)
		SELECT m.* FROM (VALUES ('all', '', '', '', '', ''),
			('labels', '', NEW.agent, NEW.agent_version, NEW.provider, NEW.call_type),
			('tenant', NEW.tenant_id, '', '', '', '')) m (scope, tenant_id, agent, agent_version, provider, call_type)
		WHERE (m.scope <> 'tenant' OR m.tenant_id <> '')
			AND NOT EXISTS (SELECT FROM cm_series s WHERE s.scope = m.scope AND s.tenant_id = m.tenant_id
				AND s.agent = m.agent AND s.agent_version = m.agent_version AND s.provider = m.provider
				AND s.call_type = m.call_type)
		ORDER BY m.scope ON CONFLICT DO NOTHING;
	INSERT INTO cm_marginal (series_id, scope, into_id)
		SELECT NEW.series_id, scope, series_id FROM cm_series
			WHERE scope = 'all' AND tenant_id = '' AND agent = '' AND agent_version = '' AND provider = '' AND call_type = ''
		UNION ALL
		SELECT NEW.series_id, scope, series_id FROM cm_series WHERE scope = 'labels' AND tenant_id = ''
			AND agent = NEW.agent AND agent_version = NEW.agent_version AND provider = NEW.provider
			AND call_type = NEW.call_type
		UNION ALL
		SELECT NEW.series_id, scope, series_id FROM cm_series WHERE scope = 'tenant' AND tenant_id = NEW.tenant_id
			AND agent = '' AND agent_version = '' AND provider = '' AND call_type = '' AND NEW.tenant_id <> ''
		UNION ALL
		SELECT NEW.series_id, 'full', NEW.series_id WHERE NEW.tenant_id <> '';
	RETURN NULL;
END
$$;

CREATE TRIGGER cm_series_added AFTER INSERT ON cm_series FOR EACH ROW WHEN (NEW.scope = 'full'
	AND current_setting('callmetrics.retention', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION cm_series_added();

-- The facts' triggers, row by row: what a fact counts for goes to cm_pending as it is, and a step is given its call's labels.  No plan
-- that was made while a table was small may read all of it when it no longer is.
CREATE FUNCTION cm_call_added() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET enable_seqscan = off AS $$
BEGIN
	INSERT INTO cm_pending (series_id, kind, outcome, at_us, value_us, bin, n, n_transcript, n_seen, n_reached, n_timed)
		VALUES (NEW.series_id, 'call', NEW.status || '/' || NEW.call_type || '/' || NEW.failure_reason, NEW.started_us,
			NEW.duration_us, NEW.bin, 1, NEW.has_transcript, 1, 1, CASE WHEN NEW.bin IS NULL THEN 0 ELSE 1 END);
	RETURN NULL;
END
$$;

-- One that is only spoken of is not counted until somebody tells of it, nor when nobody does any more.
CREATE FUNCTION cm_call_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET enable_seqscan = off AS $$
BEGIN
	INSERT INTO cm_pending (series_id, kind, outcome, at_us, value_us, bin, n, n_transcript, n_seen, n_reached, n_timed)
		VALUES (OLD.series_id, 'call', OLD.status || '/' || OLD.call_type || '/' || OLD.failure_reason, OLD.started_us,
			OLD.duration_us, OLD.bin, -1, OLD.has_transcript, 0, 0, 0),
		(NEW.series_id, 'call', NEW.status || '/' || NEW.call_type || '/' || NEW.failure_reason, NEW.started_us,
			NEW.duration_us, NEW.bin, 1, NEW.has_transcript, 0, CASE WHEN NEW.status <> OLD.status THEN 1 ELSE 0 END,
			CASE WHEN NEW.bin IS NOT NULL AND OLD.bin IS NULL THEN 1 ELSE 0 END);
	RETURN NULL;
END
$$;

CREATE FUNCTION cm_call_told() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET enable_seqscan = off AS $$
BEGIN
	INSERT INTO cm_pending (series_id, kind, outcome, at_us, value_us, bin, n, n_transcript, n_seen, n_reached, n_timed)
		VALUES (NEW.series_id, 'call', NEW.status || '/' || NEW.call_type || '/' || NEW.failure_reason, NEW.started_us,
			NEW.duration_us, NEW.bin, 1, NEW.has_transcript, 1, 1, CASE WHEN NEW.bin IS NULL THEN 0 ELSE 1 END);
	RETURN NULL;
END
$$;

-- The facts of a call carry its labels, whichever of them came first.
CREATE FUNCTION cm_call_relabelled() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET enable_seqscan = off AS $$
BEGIN
	UPDATE cm_latency SET series_id = NEW.series_id WHERE call_no = NEW.call_no AND series_id <> NEW.series_id;
	UPDATE cm_cost SET series_id = NEW.series_id WHERE call_no = NEW.call_no AND series_id <> NEW.series_id;
	UPDATE cm_event_kept SET series_id = NEW.series_id WHERE call_no = NEW.call_no AND series_id <> NEW.series_id;
	RETURN NULL;
END
$$;

CREATE FUNCTION cm_call_removed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET enable_seqscan = off AS $$
BEGIN
	INSERT INTO cm_pending (series_id, kind, outcome, at_us, value_us, bin, n, n_transcript, n_seen, n_reached, n_timed)
		VALUES (OLD.series_id, 'call', OLD.status || '/' || OLD.call_type || '/' || OLD.failure_reason, OLD.started_us,
			OLD.duration_us, OLD.bin, -1, OLD.has_transcript, 0, 0, 0);
	RETURN NULL;
END
$$;

CREATE FUNCTION cm_latency_added() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	INSERT INTO cm_pending (series_id, kind, outcome, at_us, value_us, bin, n, n_transcript, n_seen, n_reached, n_timed)
		VALUES (NEW.series_id, NEW.component, '', NEW.at_us, NEW.duration_us, NEW.bin, 1, 0, 1, 1, 1);
	RETURN NULL;
END
$$;

CREATE FUNCTION cm_latency_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	INSERT INTO cm_pending (series_id, kind, outcome, at_us, value_us, bin, n, n_transcript, n_seen, n_reached, n_timed)
		VALUES (OLD.series_id, OLD.component, '', OLD.at_us, OLD.duration_us, OLD.bin, -1, 0, 0, 0, 0),
			(NEW.series_id, NEW.component, '', NEW.at_us, NEW.duration_us, NEW.bin, 1, 0, 0, 0, 0);
	RETURN NULL;
END
$$;

CREATE FUNCTION cm_latency_removed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	INSERT INTO cm_pending (series_id, kind, outcome, at_us, value_us, bin, n, n_transcript, n_seen, n_reached, n_timed)
		VALUES (OLD.series_id, OLD.component, '', OLD.at_us, OLD.duration_us, OLD.bin, -1, 0, 0, 0, 0);
	RETURN NULL;
END
$$;

-- What retention deletes stays counted, and a step that outlives its call keeps its labels; what is copied with its rollups is counted
-- there (callmetrics copy).  Steps that are sent have numbers above all of the voice app's, and go into the rollups many at once
-- (shared/rollups/fold.c) rather than by a trigger.
CREATE TRIGGER cm_call_added AFTER INSERT ON cm_call FOR EACH ROW
WHEN (NEW.status IS NOT NULL AND current_setting('callmetrics.retention', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION cm_call_added();
CREATE TRIGGER cm_call_changed AFTER UPDATE ON cm_call FOR EACH ROW
WHEN (NEW.status IS NOT NULL AND OLD.status IS NOT NULL
	AND (NEW.series_id <> OLD.series_id OR NEW.status <> OLD.status OR NEW.call_type <> OLD.call_type
	OR NEW.failure_reason <> OLD.failure_reason OR NEW.started_us <> OLD.started_us
	OR NEW.duration_us IS DISTINCT FROM OLD.duration_us OR NEW.has_transcript <> OLD.has_transcript))
EXECUTE FUNCTION cm_call_changed();
CREATE TRIGGER cm_call_told AFTER UPDATE ON cm_call FOR EACH ROW
WHEN (NEW.status IS NOT NULL AND OLD.status IS NULL) EXECUTE FUNCTION cm_call_told();
CREATE TRIGGER cm_call_untold AFTER UPDATE ON cm_call FOR EACH ROW
WHEN (NEW.status IS NULL AND OLD.status IS NOT NULL) EXECUTE FUNCTION cm_call_removed();
CREATE TRIGGER cm_call_relabelled AFTER UPDATE OF series_id ON cm_call FOR EACH ROW
WHEN (NEW.series_id <> OLD.series_id) EXECUTE FUNCTION cm_call_relabelled();
CREATE TRIGGER cm_call_removed AFTER DELETE ON cm_call FOR EACH ROW
WHEN (OLD.status IS NOT NULL AND current_setting('callmetrics.retention', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION cm_call_removed();
CREATE TRIGGER cm_latency_added AFTER INSERT ON cm_latency FOR EACH ROW
WHEN (NEW.latency_id <= 1099511627776 AND current_setting('callmetrics.retention', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION cm_latency_added();
CREATE TRIGGER cm_latency_changed AFTER UPDATE ON cm_latency FOR EACH ROW
WHEN (NEW.series_id <> OLD.series_id OR NEW.component <> OLD.component OR NEW.at_us <> OLD.at_us
	OR NEW.duration_us <> OLD.duration_us)
EXECUTE FUNCTION cm_latency_changed();
CREATE TRIGGER cm_latency_removed AFTER DELETE ON cm_latency FOR EACH ROW
WHEN (current_setting('callmetrics.retention', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION cm_latency_removed();

-- The series of facts whose call is not known; its marginals and it take the same numbers as in SQLite.
INSERT INTO cm_series (scope, tenant_id, agent, agent_version, provider, call_type) VALUES ('full', '', '', '', '', '');
