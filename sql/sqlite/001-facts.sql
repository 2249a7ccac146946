-- Schema version 1: the facts.
--
-- Times are integer microseconds since 1970 UTC (_us), durations integer microseconds.  Nothing here may refuse a row: a
-- constraint that fails would fail the voice app's own write, so what must hold is made to hold by the doors
-- (cm_call_in, cm_latency_in) and not by CHECK or NOT NULL.

@list(since-1)@

INSERT INTO cm_vocabulary (topic, term, meaning) VALUES
	@words()@;

INSERT INTO cm_state (state_id, pending_most, pruned_before_us) VALUES (1, 512, 0);

INSERT INTO cm_octave (floor_us, shift)
	WITH RECURSIVE octave (floor_us, shift) AS (
		VALUES (0, 0)
		UNION ALL
		SELECT 1024 << shift, shift + 1 FROM octave WHERE shift < 53
	)
	SELECT floor_us, shift FROM octave;

INSERT INTO cm_series (series_id, scope, tenant_id, agent, agent_version, provider, call_type)
	VALUES (1, 'full', '', '', '', '', '');

-- The doors.  A call goes in by INSERT INTO cm_call_in; what is there already under that call_id is replaced.
-- ended_at and duration_seconds are as the source gave them: given but without a meaning (ended_us, duration_us) is a fault.
-- source_row names a row that has no call_id.
CREATE VIEW cm_call_in (source, source_row, call_id, tenant_id, agent, agent_version, provider, call_type, caller_number, callee_number,
	started_us, ended_at, ended_us, duration_seconds, duration_us, status, failure_reason, has_audio, has_transcript,
	metadata) AS
	SELECT '', '', '', '', '', '', '', '', '', '', 0, '', 0, 0, 0, '', '', 0, 0, '';

CREATE TRIGGER cm_call_taken INSTEAD OF INSERT ON cm_call_in
WHEN NEW.call_id IS NOT NULL AND NEW.started_us IS NOT NULL AND NEW.status IS NOT NULL
	AND (NEW.started_us >= (SELECT pruned_before_us FROM cm_state WHERE state_id = 1)
		OR EXISTS (SELECT 1 FROM cm_call WHERE call_id = NEW.call_id))
BEGIN
	INSERT INTO cm_series (scope, tenant_id, agent, agent_version, provider, call_type)
		VALUES ('full', NEW.tenant_id, NEW.agent, NEW.agent_version, NEW.provider, NEW.call_type)
		ON CONFLICT DO NOTHING;
	INSERT INTO cm_call (call_id, series_id, call_type, caller_number, callee_number, started_us, ended_us, duration_us,
			bin, status, failure_reason, has_audio, has_transcript, metadata)
		VALUES (NEW.call_id,
			(SELECT series_id FROM cm_series WHERE scope = 'full' AND tenant_id = NEW.tenant_id
				AND agent = NEW.agent AND agent_version = NEW.agent_version
				AND provider = NEW.provider AND call_type = NEW.call_type),
			NEW.call_type, NEW.caller_number, NEW.callee_number, NEW.started_us, NEW.ended_us, NEW.duration_us,
			CASE WHEN NEW.status = 'completed' THEN (SELECT (NEW.duration_us >> shift) + 512 * shift
				FROM cm_octave WHERE floor_us <= NEW.duration_us ORDER BY floor_us DESC LIMIT 1) END,
			NEW.status,
			CASE NEW.status WHEN 'failed' THEN NEW.failure_reason WHEN 'timeout' THEN 'timeout' ELSE '' END,
			NEW.has_audio, NEW.has_transcript, NEW.metadata)
		ON CONFLICT (call_id) DO UPDATE SET series_id = excluded.series_id, call_type = excluded.call_type,
			caller_number = excluded.caller_number, callee_number = excluded.callee_number,
			started_us = excluded.started_us, ended_us = excluded.ended_us, duration_us = excluded.duration_us,
			bin = excluded.bin, status = excluded.status, failure_reason = excluded.failure_reason,
			has_audio = excluded.has_audio, has_transcript = excluded.has_transcript, metadata = excluded.metadata,
			claims = NULL;
END;

CREATE TRIGGER cm_call_doubted INSTEAD OF INSERT ON cm_call_in
WHEN NEW.call_id IS NULL OR NEW.started_us IS NULL OR NEW.status IS NULL
	OR (NEW.ended_us IS NULL AND NEW.ended_at IS NOT NULL)
	OR (NEW.duration_us IS NULL AND NEW.duration_seconds IS NOT NULL)
BEGIN
	INSERT INTO cm_skipped (source, source_id, field)
		VALUES (NEW.source, coalesce(NEW.call_id, NEW.source_row),
			CASE WHEN NEW.call_id IS NULL THEN 'call_id' WHEN NEW.started_us IS NULL THEN 'started_at'
				WHEN NEW.status IS NULL THEN 'status'
				WHEN NEW.ended_us IS NULL AND NEW.ended_at IS NOT NULL THEN 'ended_at'
				ELSE 'duration_seconds' END)
		ON CONFLICT (source, source_id) DO UPDATE SET field = excluded.field;
	DELETE FROM cm_call WHERE call_id = NEW.call_id AND (NEW.started_us IS NULL OR NEW.status IS NULL);
END;

CREATE VIEW cm_latency_in (source, latency_id, call_id, turn_id, component, provider, model, at_us, duration_us,
	metadata) AS
	SELECT '', 0, '', '', '', '', '', 0, 0, '';

-- A step has the labels of its call; one that outlived its pruned call keeps those that it had.
CREATE TRIGGER cm_latency_taken INSTEAD OF INSERT ON cm_latency_in
WHEN NEW.call_id IS NOT NULL AND NEW.component IS NOT NULL AND NEW.at_us IS NOT NULL AND NEW.duration_us IS NOT NULL
	AND (NEW.at_us >= (SELECT pruned_before_us FROM cm_state WHERE state_id = 1)
		OR EXISTS (SELECT 1 FROM cm_latency WHERE latency_id = NEW.latency_id))
BEGIN
	INSERT INTO cm_latency (latency_id, call_id, turn_id, series_id, component, provider, model, at_us, duration_us, bin,
			metadata)
		VALUES (NEW.latency_id, NEW.call_id, NEW.turn_id,
			coalesce((SELECT series_id FROM cm_call WHERE call_id = NEW.call_id),
				(SELECT series_id FROM cm_latency WHERE latency_id = NEW.latency_id AND call_id = NEW.call_id), 1),
			NEW.component, NEW.provider, NEW.model, NEW.at_us, NEW.duration_us,
			(SELECT (NEW.duration_us >> shift) + 512 * shift FROM cm_octave
				WHERE floor_us <= NEW.duration_us ORDER BY floor_us DESC LIMIT 1),
			NEW.metadata)
		ON CONFLICT (latency_id) DO UPDATE SET call_id = excluded.call_id, turn_id = excluded.turn_id,
			series_id = excluded.series_id, component = excluded.component, provider = excluded.provider,
			model = excluded.model, at_us = excluded.at_us, duration_us = excluded.duration_us, bin = excluded.bin,
			metadata = excluded.metadata;
END;

CREATE TRIGGER cm_latency_doubted INSTEAD OF INSERT ON cm_latency_in
WHEN NEW.call_id IS NULL OR NEW.component IS NULL OR NEW.at_us IS NULL OR NEW.duration_us IS NULL
BEGIN
	INSERT INTO cm_skipped (source, source_id, field)
		VALUES (NEW.source, NEW.latency_id, CASE WHEN NEW.call_id IS NULL THEN 'call_id'
			WHEN NEW.component IS NULL THEN 'event_type' WHEN NEW.at_us IS NULL THEN 'timestamp'
			ELSE 'duration_ms' END)
		ON CONFLICT (source, source_id) DO UPDATE SET field = excluded.field;
	DELETE FROM cm_latency WHERE latency_id = NEW.latency_id;
END;

-- A step of a turn carries the labels of its call, whichever of the two came first.
CREATE TRIGGER cm_call_labelled AFTER INSERT ON cm_call
BEGIN
	UPDATE cm_latency SET series_id = NEW.series_id WHERE call_id = NEW.call_id AND series_id <> NEW.series_id;
END;

CREATE TRIGGER cm_call_relabelled AFTER UPDATE OF series_id ON cm_call WHEN NEW.series_id <> OLD.series_id
BEGIN
	UPDATE cm_latency SET series_id = NEW.series_id WHERE call_id = NEW.call_id AND series_id <> NEW.series_id;
END;

CREATE TRIGGER cm_call_renamed AFTER UPDATE OF call_id ON cm_call WHEN NEW.call_id <> OLD.call_id
BEGIN
	UPDATE cm_latency SET series_id = 1 WHERE call_id = OLD.call_id;
	UPDATE cm_latency SET series_id = NEW.series_id WHERE call_id = NEW.call_id;
END;

CREATE TRIGGER cm_call_unlabelled AFTER DELETE ON cm_call
BEGIN
	UPDATE cm_latency SET series_id = 1 WHERE call_id = OLD.call_id;
END;
