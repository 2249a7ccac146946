-- Takes all of ours away, in one transaction, and the triggers of the voice app's tables last, which so are locked for a moment.  What is
-- not ours is not dropped: where somebody put something of his own into our schema, or made it of our tables, the server names it.
DO $$
DECLARE
	names text[] := regexp_split_to_array('@relations()@', ',\s+');
	timescale_made boolean := to_regclass('timescaledb_information.hypertables') IS NOT NULL
		AND EXISTS (SELECT FROM cm_meta WHERE key = 'timescale_made');
	app record;
	kind text;
	list text;
	others text;
BEGIN
	PERFORM set_config('client_min_messages', 'warning', true);
	-- Views first; a hypertable (timescale.sql) is dropped alone, and its chunks before it, whose compressed rows would stay.
	FOR kind, list IN
		SELECT g.kind, string_agg(c.oid::regclass::text, ', ') FROM pg_class c CROSS JOIN LATERAL
			(SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END AS kind, CASE WHEN c.relname LIKE '%\_chunks' THEN c.oid END AS alone) g
		WHERE relnamespace = 'callmetrics'::regnamespace AND relname = ANY (names) AND relkind IN ('v', 'r', 'p')
		GROUP BY g.kind, g.alone ORDER BY g.kind DESC
	LOOP
		IF list LIKE '%\_chunks' THEN
			EXECUTE format('SELECT count(*) FROM %s.drop_chunks(%L, older_than => 9000000000000000000)',
				(SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'timescaledb'), list);
		END IF;
		EXECUTE format('DROP %s %s', kind, list);
	END LOOP;
	IF timescale_made THEN
		IF NOT EXISTS (SELECT FROM timescaledb_information.hypertables) THEN
			DROP EXTENSION timescaledb;
		END IF;
	END IF;
	FOR app IN
		SELECT t.tgname, t.tgrelid::regclass AS name, c.relnamespace::regnamespace AS schema, r.role
		FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid
			CROSS JOIN (VALUES (NULL), ('callmetrics_owner'), ('callmetrics_writer'), ('callmetrics_reader')) r (role)
		WHERE p.pronamespace = 'callmetrics'::regnamespace AND p.proname LIKE 'callmetrics\_%\_note' AND t.tgparentid = 0
			AND (r.role IS NULL OR to_regrole(r.role) IS NOT NULL)
	LOOP
		IF app.role IS NULL THEN
			EXECUTE format('DROP TRIGGER %I ON %s', app.tgname, app.name);
		ELSE
			EXECUTE format('REVOKE SELECT ON %s FROM %I', app.name, app.role);
			EXECUTE format('REVOKE USAGE ON SCHEMA %s FROM %I', app.schema, app.role);
		END IF;
	END LOOP;
	SELECT string_agg(oid::regprocedure::text, ', ') INTO list FROM pg_proc WHERE pronamespace = 'callmetrics'::regnamespace
		AND (proname = ANY (regexp_split_to_array('@functions()@', ',\s+')) OR proname LIKE 'callmetrics\_%\_note');
	IF list IS NOT NULL THEN
		EXECUTE 'DROP FUNCTION ' || list;
	END IF;
	-- Whoever made the schema for us may take it away himself.
	IF pg_has_role((SELECT nspowner FROM pg_namespace WHERE nspname = 'callmetrics'), 'USAGE') THEN
		DROP SCHEMA callmetrics;
	END IF;
EXCEPTION WHEN dependent_objects_still_exist THEN
	GET STACKED DIAGNOSTICS others = PG_EXCEPTION_DETAIL;
	RAISE EXCEPTION 'something that is not ours would go with it: %', replace(others, E'\n', ', ')
		USING HINT = 'Move or drop it, then detach again';
END
$$;
