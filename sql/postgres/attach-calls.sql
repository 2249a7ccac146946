-- The source triggers: every write of the voice app to its own tables is read into the facts, in the same transaction.  A row
-- that makes no sense is left out and noted in cm_skipped; the app's own statement never fails for it, nor where reading fails
-- for any other reason.  Rows are read many at once, in one statement as long as no label is new (takecalls.inc).

DO $$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_temp', current_schema()), true);
	PERFORM set_config('client_min_messages', 'warning', true);
	IF (SELECT relkind FROM pg_class WHERE oid = 'calls'::regclass) <> 'r' THEN
		RAISE EXCEPTION 'calls is not an ordinary table';
	END IF;
END
$$;

DROP TRIGGER IF EXISTS cm_calls_added ON calls;
DROP TRIGGER IF EXISTS cm_calls_changed ON calls;
DROP TRIGGER IF EXISTS cm_calls_renamed ON calls;
DROP TRIGGER IF EXISTS cm_calls_removed ON calls;
DROP TRIGGER IF EXISTS cm_calls_emptied ON calls;

-- A statement that adds or changes one call, which makes sense and has labels that are known, is one that reads it and one that stores
-- it, without the sorting and gathering that many need; and nothing, where it changes what is not read.  What that does not settle is
-- read as a set.
CREATE OR REPLACE FUNCTION cm_calls_read() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET jit = off SET enable_seqscan = off AS $$
DECLARE
	same boolean;
	fact record;
	new_labels text[];
	notes text[];
	senseless text[];
BEGIN
	IF TG_OP = 'UPDATE' THEN
		SELECT NOT EXISTS (SELECT FROM new_row OFFSET 1) AND record_image_eq(@sourcecall(o)@, @sourcecall(n)@)
			AND NOT EXISTS (SELECT FROM cm_skipped WHERE source = 'calls' AND source_id = n.call_id::text)
			AND n.call_id IS NOT NULL
		INTO same FROM old_row o, new_row n;
		IF same OR NOT FOUND THEN
			RETURN NULL;
		END IF;
	END IF;
	SELECT *, NOT EXISTS (SELECT FROM new_row OFFSET 1) AS alone INTO fact FROM (@readcalls(new_row)@) s;
	IF fact.alone AND fact.taken AND fact.fault IS NULL AND NOT fact.noted AND fact.series_id IS NOT NULL THEN
		IF TG_OP = 'INSERT' THEN
			INSERT INTO cm_call (@callcolumns()@) VALUES (@callcolumns(fact.)@) ON CONFLICT DO NOTHING;
		ELSE
			UPDATE cm_call f SET (@callcolumns()@) = (@callcolumns(fact.)@), claims = NULL
			WHERE f.call_id = fact.call_id
				AND (f.claims IS NOT NULL OR (@callcolumns(f.)@) IS DISTINCT FROM (@callcolumns(fact.)@));
		END IF;
		IF FOUND THEN
			RETURN NULL;
		END IF;
	END IF;
	@takecalls(new_row)@
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	PERFORM cm_note_failed('calls', (SELECT array_agg(call_id::text) FROM new_row), SQLERRM);
	RETURN NULL;
END
$$;

-- A call that gets another id stays the same call: it is not counted anew.  Runs before what reads the statement's rows.
CREATE OR REPLACE FUNCTION cm_calls_rename() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET jit = off AS $$
BEGIN
	DELETE FROM cm_skipped WHERE source = 'calls' AND source_id = coalesce(OLD.call_id::text, 'row ' || md5(OLD::text));
	UPDATE cm_call SET call_id = NEW.call_id::text WHERE call_id = OLD.call_id::text AND NEW.call_id IS NOT NULL
		AND NOT EXISTS (SELECT FROM cm_call WHERE call_id = NEW.call_id::text);
	DELETE FROM cm_call WHERE call_id = OLD.call_id::text;
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	PERFORM cm_note_failed('calls', ARRAY[OLD.call_id::text], SQLERRM);
	RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION cm_calls_remove() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET jit = off AS $$
BEGIN
	DELETE FROM cm_skipped WHERE source = 'calls'
		AND source_id = ANY (ARRAY(SELECT coalesce(o.call_id::text, 'row ' || md5(o::text)) FROM old_row o));
	DELETE FROM cm_call WHERE call_id = ANY (ARRAY(SELECT call_id::text FROM old_row ORDER BY 1));
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	PERFORM cm_note_failed('calls', (SELECT array_agg(call_id::text) FROM old_row), SQLERRM);
	RETURN NULL;
END
$$;

-- Before TRUNCATE the rows can still be seen.  Calls that were sent are not among them and stay.
CREATE OR REPLACE FUNCTION cm_calls_empty() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET jit = off AS $$
BEGIN
	DELETE FROM cm_skipped WHERE source = 'calls';
	EXECUTE 'DELETE FROM cm_call WHERE call_id IN (SELECT call_id::text FROM calls)';
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	PERFORM cm_note_failed('calls', ARRAY['all'], SQLERRM);
	RETURN NULL;
END
$$;

-- Copies the rows of the blocks from after up to before until.  They are locked against change meanwhile, so that what is
-- written later is read later.  A row that the app holds is not waited for while other rows are held: that could end in a
-- deadlock, and with the app for its victim.  Where the table was rewritten since the copying began, blocks mean nothing:
-- all is read again, which changes nothing that is right already.
CREATE OR REPLACE FUNCTION cm_calls_copy(after bigint, until bigint) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT SET jit = off SET enable_seqscan = off SET lock_timeout = '200ms' AS $$
DECLARE
	new_labels text[];
	notes text[];
	senseless text[];
	low tid := format('(%s,0)', greatest(after, 0))::tid;
	high tid := format('(%s,0)', until)::tid;
BEGIN
	IF cm_rewritten('calls', after) THEN
		low := '(0,0)';
		high := '(4294967294,0)';
	END IF;
	FOR try IN 1 .. 1000 LOOP
		BEGIN
			@takecalls((SELECT * FROM calls WHERE ctid >= low AND ctid < high FOR SHARE))@
			RETURN;
		EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
			PERFORM pg_sleep(0.05);
		END;
	END LOOP;
	RAISE EXCEPTION 'a row of calls stays locked';
END
$$;

CREATE TRIGGER cm_calls_added AFTER INSERT ON calls REFERENCING NEW TABLE AS new_row
FOR EACH STATEMENT EXECUTE FUNCTION cm_calls_read();
CREATE TRIGGER cm_calls_changed AFTER UPDATE ON calls REFERENCING OLD TABLE AS old_row NEW TABLE AS new_row
FOR EACH STATEMENT EXECUTE FUNCTION cm_calls_read();
CREATE TRIGGER cm_calls_renamed AFTER UPDATE ON calls FOR EACH ROW
WHEN (NEW.call_id IS DISTINCT FROM OLD.call_id OR OLD.call_id IS NULL) EXECUTE FUNCTION cm_calls_rename();
CREATE TRIGGER cm_calls_removed AFTER DELETE ON calls REFERENCING OLD TABLE AS old_row
FOR EACH STATEMENT EXECUTE FUNCTION cm_calls_remove();
CREATE TRIGGER cm_calls_emptied BEFORE TRUNCATE ON calls FOR EACH STATEMENT EXECUTE FUNCTION cm_calls_empty();

-- A table that cannot be read is refused while nothing is kept yet.
SELECT FROM (@readcalls(calls)@) r LIMIT 0;
