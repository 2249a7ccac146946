-- The source triggers of latency_events; see attach-calls.sql.

DO $$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_temp', current_schema()), true);
	PERFORM set_config('client_min_messages', 'warning', true);
	IF (SELECT relkind FROM pg_class WHERE oid = 'latency_events'::regclass) <> 'r' THEN
		RAISE EXCEPTION 'latency_events is not an ordinary table';
	END IF;
END
$$;

DROP TRIGGER IF EXISTS cm_latency_events_added ON latency_events;
DROP TRIGGER IF EXISTS cm_latency_events_changed ON latency_events;
DROP TRIGGER IF EXISTS cm_latency_events_renamed ON latency_events;
DROP TRIGGER IF EXISTS cm_latency_events_removed ON latency_events;
DROP TRIGGER IF EXISTS cm_latency_events_emptied ON latency_events;

CREATE OR REPLACE FUNCTION cm_latency_events_read() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET jit = off SET enable_seqscan = off AS $$
DECLARE
	same boolean;
	fact record;
	notes text[];
	senseless bigint[];
BEGIN
	IF TG_OP = 'UPDATE' THEN
		SELECT NOT EXISTS (SELECT FROM new_row OFFSET 1) AND record_image_eq(@sourcestep(o)@, @sourcestep(n)@)
			AND NOT EXISTS (SELECT FROM cm_skipped WHERE source = 'latency_events' AND source_id = n.id::text)
		INTO same FROM old_row o, new_row n;
		IF same OR NOT FOUND THEN
			RETURN NULL;
		END IF;
	END IF;
	SELECT *, NOT EXISTS (SELECT FROM new_row OFFSET 1) AS alone INTO fact FROM (@readsteps(new_row)@) s;
	IF fact.alone AND fact.taken AND NOT fact.noted THEN
		IF TG_OP = 'INSERT' THEN
			INSERT INTO cm_latency (@stepcolumns()@) VALUES (@stepcolumns(fact.)@) ON CONFLICT DO NOTHING;
		ELSE
			UPDATE cm_latency f SET (@stepcolumns()@) = (@stepcolumns(fact.)@)
			WHERE f.latency_id = fact.latency_id AND (@stepcolumns(f.)@) IS DISTINCT FROM (@stepcolumns(fact.)@);
		END IF;
		IF FOUND THEN
			RETURN NULL;
		END IF;
	END IF;
	@takesteps(new_row)@
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	PERFORM cm_note_failed('latency_events', (SELECT array_agg(id::text) FROM new_row), SQLERRM);
	RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION cm_latency_events_rename() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET jit = off AS $$
BEGIN
	DELETE FROM cm_skipped WHERE source = 'latency_events' AND source_id = OLD.id::text;
	UPDATE cm_latency SET latency_id = NEW.id WHERE latency_id = OLD.id
		AND NOT EXISTS (SELECT FROM cm_latency WHERE latency_id = NEW.id);
	DELETE FROM cm_latency WHERE latency_id = OLD.id;
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	PERFORM cm_note_failed('latency_events', ARRAY[OLD.id::text], SQLERRM);
	RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION cm_latency_events_remove() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET jit = off AS $$
BEGIN
	DELETE FROM cm_skipped WHERE source = 'latency_events' AND source_id = ANY (ARRAY(SELECT id::text FROM old_row));
	DELETE FROM cm_latency WHERE latency_id = ANY (ARRAY(SELECT id::bigint FROM old_row ORDER BY 1));
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	PERFORM cm_note_failed('latency_events', (SELECT array_agg(id::text) FROM old_row), SQLERRM);
	RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION cm_latency_events_empty() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET jit = off AS $$
BEGIN
	DELETE FROM cm_skipped WHERE source = 'latency_events';
	EXECUTE 'DELETE FROM cm_latency WHERE latency_id IN (SELECT id FROM latency_events)';
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	PERFORM cm_note_failed('latency_events', ARRAY['all'], SQLERRM);
	RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION cm_latency_events_copy(after bigint, until bigint) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT SET jit = off SET enable_seqscan = off SET lock_timeout = '200ms' AS $$
DECLARE
	notes text[];
	senseless bigint[];
	low tid := format('(%s,0)', greatest(after, 0))::tid;
	high tid := format('(%s,0)', until)::tid;
BEGIN
	IF cm_rewritten('latency_events', after) THEN
		low := '(0,0)';
		high := '(4294967294,0)';
	END IF;
	FOR try IN 1 .. 1000 LOOP
		BEGIN
			@takesteps((SELECT * FROM latency_events WHERE ctid >= low AND ctid < high FOR SHARE))@
			RETURN;
		EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
			PERFORM pg_sleep(0.05);
		END;
	END LOOP;
	RAISE EXCEPTION 'a row of latency_events stays locked';
END
$$;

CREATE TRIGGER cm_latency_events_added AFTER INSERT ON latency_events REFERENCING NEW TABLE AS new_row
FOR EACH STATEMENT EXECUTE FUNCTION cm_latency_events_read();
CREATE TRIGGER cm_latency_events_changed AFTER UPDATE ON latency_events REFERENCING OLD TABLE AS old_row NEW TABLE AS new_row
FOR EACH STATEMENT EXECUTE FUNCTION cm_latency_events_read();
CREATE TRIGGER cm_latency_events_renamed AFTER UPDATE ON latency_events FOR EACH ROW
WHEN (NEW.id <> OLD.id) EXECUTE FUNCTION cm_latency_events_rename();
CREATE TRIGGER cm_latency_events_removed AFTER DELETE ON latency_events REFERENCING OLD TABLE AS old_row
FOR EACH STATEMENT EXECUTE FUNCTION cm_latency_events_remove();
CREATE TRIGGER cm_latency_events_emptied BEFORE TRUNCATE ON latency_events
FOR EACH STATEMENT EXECUTE FUNCTION cm_latency_events_empty();

-- A table that cannot be read is refused while nothing is kept yet.
SELECT FROM (@readsteps(latency_events)@) r LIMIT 0;
