-- The source triggers of transcripts; see attach-calls.sql.

DROP TRIGGER IF EXISTS cm_transcripts_added;
DROP TRIGGER IF EXISTS cm_transcripts_changed;
DROP TRIGGER IF EXISTS cm_transcripts_removed;
DROP VIEW IF EXISTS cm_transcripts_in;

CREATE VIEW cm_transcripts_in (id, call_id, timestamp, speaker, content) AS
	SELECT 0, '', '', '', '';

CREATE TRIGGER cm_transcripts_read INSTEAD OF INSERT ON cm_transcripts_in
BEGIN
	INSERT INTO cm_transcript (transcript_id, call_id, at_us, speaker, content)
		VALUES (NEW.id, NEW.call_id, @instant(NEW.timestamp)@, NEW.speaker, NEW.content)
		ON CONFLICT (transcript_id) DO UPDATE SET call_id = excluded.call_id, at_us = excluded.at_us,
			speaker = excluded.speaker, content = excluded.content;
END;

CREATE TRIGGER cm_transcripts_added AFTER INSERT ON transcripts
BEGIN
	INSERT INTO cm_transcripts_in VALUES (NEW.id, NEW.call_id, NEW.timestamp, NEW.speaker, NEW.content);
END;

CREATE TRIGGER cm_transcripts_changed AFTER UPDATE ON transcripts
BEGIN
	DELETE FROM cm_transcript WHERE transcript_id = OLD.id AND NEW.id <> OLD.id;
	INSERT INTO cm_transcripts_in VALUES (NEW.id, NEW.call_id, NEW.timestamp, NEW.speaker, NEW.content);
END;

CREATE TRIGGER cm_transcripts_removed AFTER DELETE ON transcripts
BEGIN
	DELETE FROM cm_transcript WHERE transcript_id = OLD.id;
END;
