-- The source triggers of latency_events; see attach-calls.sql.

DROP TRIGGER IF EXISTS cm_latency_events_read;
DROP TRIGGER IF EXISTS cm_latency_events_added;
DROP TRIGGER IF EXISTS cm_latency_events_changed;
DROP TRIGGER IF EXISTS cm_latency_events_renamed;
DROP TRIGGER IF EXISTS cm_latency_events_removed;
DROP VIEW IF EXISTS cm_latency_events_in;

CREATE VIEW cm_latency_events_in (id, call_id, event_type, duration_ms, timestamp, metadata) AS
	SELECT 0, '', '', 0, '', '';

CREATE TRIGGER cm_latency_events_read INSTEAD OF INSERT ON cm_latency_events_in
BEGIN
	DELETE FROM cm_skipped WHERE source = 'latency_events' AND source_id = CAST(NEW.id AS TEXT);
	INSERT INTO cm_latency_in VALUES ('latency_events', NEW.id,
		CASE WHEN typeof(NEW.call_id) = 'text' THEN NEW.call_id END, NULL,
		(SELECT meaning FROM cm_vocabulary WHERE topic = 'component' AND term = lower(NEW.event_type)), NULL, NULL,
		@instant(NEW.timestamp)@,
		CASE WHEN typeof(NEW.duration_ms) IN ('real', 'integer') AND NEW.duration_ms BETWEEN 0 AND 31622400000
			THEN CAST(round(NEW.duration_ms * 1000) AS INTEGER) END,
		NEW.metadata);
END;

CREATE TRIGGER cm_latency_events_added AFTER INSERT ON latency_events
BEGIN
	INSERT INTO cm_latency_events_in VALUES (NEW.id, NEW.call_id, NEW.event_type, NEW.duration_ms, NEW.timestamp,
		NEW.metadata);
END;

CREATE TRIGGER cm_latency_events_changed AFTER UPDATE ON latency_events WHEN NEW.id = OLD.id
BEGIN
	INSERT INTO cm_latency_events_in VALUES (NEW.id, NEW.call_id, NEW.event_type, NEW.duration_ms, NEW.timestamp,
		NEW.metadata);
END;

CREATE TRIGGER cm_latency_events_renamed AFTER UPDATE OF id ON latency_events WHEN NEW.id <> OLD.id
BEGIN
	DELETE FROM cm_skipped WHERE source = 'latency_events' AND source_id = CAST(OLD.id AS TEXT);
	UPDATE cm_latency SET latency_id = NEW.id WHERE latency_id = OLD.id
		AND NOT EXISTS (SELECT 1 FROM cm_latency WHERE latency_id = NEW.id);
	DELETE FROM cm_latency WHERE latency_id = OLD.id;
	INSERT INTO cm_latency_events_in VALUES (NEW.id, NEW.call_id, NEW.event_type, NEW.duration_ms, NEW.timestamp,
		NEW.metadata);
END;

CREATE TRIGGER cm_latency_events_removed AFTER DELETE ON latency_events
BEGIN
	DELETE FROM cm_skipped WHERE source = 'latency_events' AND source_id = CAST(OLD.id AS TEXT);
	DELETE FROM cm_latency WHERE latency_id = OLD.id;
END;
