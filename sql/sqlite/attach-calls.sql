-- The source triggers: every write of the voice app to its own tables goes through the doors into the facts, in the same
-- transaction.  A row that makes no sense is left out and noted in cm_skipped; the app's own statement never fails for it.

DROP TRIGGER IF EXISTS cm_calls_read;
DROP TRIGGER IF EXISTS cm_calls_added;
DROP TRIGGER IF EXISTS cm_calls_changed;
DROP TRIGGER IF EXISTS cm_calls_renamed;
DROP TRIGGER IF EXISTS cm_calls_removed;
DROP VIEW IF EXISTS cm_calls_in;

CREATE VIEW cm_calls_in (source_rowid, call_id, call_type, caller_number, callee_number, started_at, ended_at,
	duration_seconds, status, has_audio, has_transcript, metadata) AS
	SELECT 0, '', '', '', '', '', '', 0, '', 0, 0, '';

CREATE TRIGGER cm_calls_read INSTEAD OF INSERT ON cm_calls_in
BEGIN
	DELETE FROM cm_skipped WHERE source = 'calls'
		AND source_id = CASE WHEN typeof(NEW.call_id) = 'text' THEN NEW.call_id ELSE 'row ' || NEW.source_rowid END;
	INSERT INTO cm_call_in VALUES ('calls', 'row ' || NEW.source_rowid,
		CASE WHEN typeof(NEW.call_id) = 'text' THEN NEW.call_id END,
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
		CASE WHEN json_valid(NEW.metadata) THEN
			coalesce((SELECT meaning FROM cm_vocabulary WHERE topic = 'reason' AND term = lower(coalesce(
				json_extract(NEW.metadata, '$.failure_reason'), json_extract(NEW.metadata, '$.end_reason'),
				json_extract(NEW.metadata, '$.error')))), 'unknown') ELSE 'unknown' END,
		CASE WHEN NEW.has_audio THEN 1 ELSE 0 END, CASE WHEN NEW.has_transcript THEN 1 ELSE 0 END, NEW.metadata);
END;

CREATE TRIGGER cm_calls_added AFTER INSERT ON calls
BEGIN
	INSERT INTO cm_calls_in VALUES (NEW.rowid, NEW.call_id, NEW.call_type, NEW.caller_number, NEW.callee_number,
		NEW.started_at, NEW.ended_at, NEW.duration_seconds, NEW.status, NEW.has_audio, NEW.has_transcript, NEW.metadata);
END;

CREATE TRIGGER cm_calls_changed AFTER UPDATE ON calls WHEN NEW.call_id IS OLD.call_id
BEGIN
	INSERT INTO cm_calls_in VALUES (NEW.rowid, NEW.call_id, NEW.call_type, NEW.caller_number, NEW.callee_number,
		NEW.started_at, NEW.ended_at, NEW.duration_seconds, NEW.status, NEW.has_audio, NEW.has_transcript, NEW.metadata);
END;

-- A call that gets another id stays the same call: it is not counted anew.
CREATE TRIGGER cm_calls_renamed AFTER UPDATE OF call_id ON calls WHEN NEW.call_id IS NOT OLD.call_id
BEGIN
	DELETE FROM cm_skipped WHERE source = 'calls'
		AND source_id = CASE WHEN typeof(OLD.call_id) = 'text' THEN OLD.call_id ELSE 'row ' || OLD.rowid END;
	UPDATE cm_call SET call_id = NEW.call_id WHERE call_id = OLD.call_id AND typeof(NEW.call_id) = 'text'
		AND NOT EXISTS (SELECT 1 FROM cm_call WHERE call_id = NEW.call_id);
	DELETE FROM cm_call WHERE call_id = OLD.call_id;
	INSERT INTO cm_calls_in VALUES (NEW.rowid, NEW.call_id, NEW.call_type, NEW.caller_number, NEW.callee_number,
		NEW.started_at, NEW.ended_at, NEW.duration_seconds, NEW.status, NEW.has_audio, NEW.has_transcript, NEW.metadata);
END;

CREATE TRIGGER cm_calls_removed AFTER DELETE ON calls
BEGIN
	DELETE FROM cm_skipped WHERE source = 'calls'
		AND source_id = CASE WHEN typeof(OLD.call_id) = 'text' THEN OLD.call_id ELSE 'row ' || OLD.rowid END;
	DELETE FROM cm_call WHERE call_id = OLD.call_id;
END;
