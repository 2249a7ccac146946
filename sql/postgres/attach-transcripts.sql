-- The source triggers of transcripts; see attach-calls.sql.

DO $$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_temp', current_schema()), true);
	PERFORM set_config('client_min_messages', 'warning', true);
	IF (SELECT relkind FROM pg_class WHERE oid = 'transcripts'::regclass) <> 'r' THEN
		RAISE EXCEPTION 'transcripts is not an ordinary table';
	END IF;
END
$$;

DROP TRIGGER IF EXISTS cm_transcripts_added ON transcripts;
DROP TRIGGER IF EXISTS cm_transcripts_changed ON transcripts;
DROP TRIGGER IF EXISTS cm_transcripts_renamed ON transcripts;
DROP TRIGGER IF EXISTS cm_transcripts_removed ON transcripts;
DROP TRIGGER IF EXISTS cm_transcripts_emptied ON transcripts;

CREATE OR REPLACE FUNCTION cm_transcripts_read() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET jit = off SET enable_seqscan = off AS $$
BEGIN
	@takelines(new_row)@
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	PERFORM cm_note_failed('transcripts', (SELECT array_agg(id::text) FROM new_row), SQLERRM);
	RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION cm_transcripts_rename() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET jit = off AS $$
BEGIN
	DELETE FROM cm_transcript WHERE transcript_id = OLD.id;
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	PERFORM cm_note_failed('transcripts', ARRAY[OLD.id::text], SQLERRM);
	RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION cm_transcripts_remove() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET jit = off AS $$
BEGIN
	DELETE FROM cm_transcript WHERE transcript_id = ANY (ARRAY(SELECT id::bigint FROM old_row ORDER BY 1));
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	PERFORM cm_note_failed('transcripts', (SELECT array_agg(id::text) FROM old_row), SQLERRM);
	RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION cm_transcripts_empty() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET jit = off AS $$
BEGIN
	EXECUTE 'DELETE FROM cm_transcript WHERE transcript_id IN (SELECT id FROM transcripts)';
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	PERFORM cm_note_failed('transcripts', ARRAY['all'], SQLERRM);
	RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION cm_transcripts_copy(after bigint, until bigint) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT SET jit = off SET enable_seqscan = off SET lock_timeout = '200ms' AS $$
DECLARE
	low tid := format('(%s,0)', greatest(after, 0))::tid;
	high tid := format('(%s,0)', until)::tid;
BEGIN
	IF cm_rewritten('transcripts', after) THEN
		low := '(0,0)';
		high := '(4294967294,0)';
	END IF;
	FOR try IN 1 .. 1000 LOOP
		BEGIN
			@takelines((SELECT * FROM transcripts WHERE ctid >= low AND ctid < high FOR SHARE))@
			RETURN;
		EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
			PERFORM pg_sleep(0.05);
		END;
	END LOOP;
	RAISE EXCEPTION 'a row of transcripts stays locked';
END
$$;

CREATE TRIGGER cm_transcripts_added AFTER INSERT ON transcripts REFERENCING NEW TABLE AS new_row
FOR EACH STATEMENT EXECUTE FUNCTION cm_transcripts_read();
CREATE TRIGGER cm_transcripts_changed AFTER UPDATE ON transcripts REFERENCING NEW TABLE AS new_row
FOR EACH STATEMENT EXECUTE FUNCTION cm_transcripts_read();
CREATE TRIGGER cm_transcripts_renamed AFTER UPDATE ON transcripts FOR EACH ROW
WHEN (NEW.id <> OLD.id) EXECUTE FUNCTION cm_transcripts_rename();
CREATE TRIGGER cm_transcripts_removed AFTER DELETE ON transcripts REFERENCING OLD TABLE AS old_row
FOR EACH STATEMENT EXECUTE FUNCTION cm_transcripts_remove();
CREATE TRIGGER cm_transcripts_emptied BEFORE TRUNCATE ON transcripts FOR EACH STATEMENT EXECUTE FUNCTION cm_transcripts_empty();

-- A table that cannot be read is refused while nothing is kept yet.
@takelines((SELECT * FROM transcripts LIMIT 0))@
