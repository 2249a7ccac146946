-- The source triggers: every write of the voice app to its own tables goes through the doors into the facts, in the same
-- transaction.  A row that makes no sense is left out and noted in cm_skipped; the app's own statement never fails for it.

DROP TRIGGER IF EXISTS cm_calls_read;
DROP TRIGGER IF EXISTS cm_calls_added;
DROP TRIGGER IF EXISTS cm_calls_changed;
DROP TRIGGER IF EXISTS cm_calls_removed;
DROP VIEW IF EXISTS cm_calls_in;

CREATE VIEW cm_calls_in (call_id, call_type, caller_number, callee_number, started_at, ended_at, duration_seconds, status,
	has_audio, has_transcript, metadata) AS
	SELECT '', '', '', '', '', '', 0, '', 0, 0, '';

CREATE TRIGGER cm_calls_read INSTEAD OF INSERT ON cm_calls_in
BEGIN
	DELETE FROM cm_skipped WHERE source = 'calls' AND source_id = CAST(NEW.call_id AS TEXT);
	INSERT INTO cm_call_in VALUES ('calls', CASE WHEN typeof(NEW.call_id) = 'text' THEN NEW.call_id END,
		@label(tenant_id)@,
		@label(agent)@,
		@label(agent_version)@,
		@label(provider)@,
		CASE NEW.call_type WHEN 'inbound' THEN 'inbound' ELSE 'outbound' END, NEW.caller_number, NEW.callee_number,
		@instant(NEW.started_at)@,
		NEW.ended_at,
		@instant(NEW.ended_at)@,
		NEW.duration_seconds,
		CASE WHEN typeof(NEW.duration_seconds) IN ('real', 'integer') AND NEW.duration_seconds BETWEEN 0 AND 31622400
			THEN CAST(round(NEW.duration_seconds * 1000000) AS INTEGER) END,
		(SELECT meaning FROM cm_vocabulary WHERE topic = 'status' AND term = lower(NEW.status)),
		CASE WHEN NEW.status NOT IN ('failed', 'error') OR NOT json_valid(NEW.metadata) THEN 'unknown' ELSE
			coalesce((SELECT meaning FROM cm_vocabulary WHERE topic = 'reason' AND term = lower(coalesce(
				json_extract(NEW.metadata, '$.failure_reason'), json_extract(NEW.metadata, '$.end_reason'),
				json_extract(NEW.metadata, '$.error')))), 'unknown') END,
		CASE WHEN NEW.has_audio THEN 1 ELSE 0 END, CASE WHEN NEW.has_transcript THEN 1 ELSE 0 END, NEW.metadata);
END;

CREATE TRIGGER cm_calls_added AFTER INSERT ON calls
BEGIN
	INSERT INTO cm_calls_in VALUES (NEW.call_id, NEW.call_type, NEW.caller_number, NEW.callee_number, NEW.started_at,
		NEW.ended_at, NEW.duration_seconds, NEW.status, NEW.has_audio, NEW.has_transcript, NEW.metadata);
END;

CREATE TRIGGER cm_calls_changed AFTER UPDATE ON calls
BEGIN
	DELETE FROM cm_call WHERE call_id = OLD.call_id AND (NEW.call_id IS NOT OLD.call_id
		OR NEW.started_at IS NOT OLD.started_at OR lower(NEW.status) NOT IN
			(SELECT term FROM cm_vocabulary WHERE topic = 'status'));
	INSERT INTO cm_calls_in VALUES (NEW.call_id, NEW.call_type, NEW.caller_number, NEW.callee_number, NEW.started_at,
		NEW.ended_at, NEW.duration_seconds, NEW.status, NEW.has_audio, NEW.has_transcript, NEW.metadata);
END;

CREATE TRIGGER cm_calls_removed AFTER DELETE ON calls
BEGIN
	DELETE FROM cm_skipped WHERE source = 'calls' AND source_id = CAST(OLD.call_id AS TEXT);
	DELETE FROM cm_call WHERE call_id = OLD.call_id;
END;
