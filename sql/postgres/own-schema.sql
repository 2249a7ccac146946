-- The schema that everything of ours is in, where there is none yet.  What an older version made beside the voice app's tables is moved
-- into it; somebody else's schema of that name is refused.  Catalogues only.
DO $$
DECLARE
	former oid := (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('cm_meta'));
	other text;
	one record;
BEGIN
	IF to_regnamespace('callmetrics') IS NULL THEN
		BEGIN
			CREATE SCHEMA callmetrics;
		EXCEPTION WHEN insufficient_privilege THEN
			RAISE EXCEPTION '% may not make the schema callmetrics', current_user
				USING HINT = format('Have somebody who may run: CREATE SCHEMA callmetrics AUTHORIZATION %I', current_user);
		END;
	ELSIF to_regclass('callmetrics.cm_meta') IS NULL THEN
		SELECT pg_describe_object(classid, objid, 0) INTO other FROM pg_depend
		WHERE refclassid = 'pg_namespace'::regclass AND refobjid = 'callmetrics'::regnamespace AND deptype = 'n' LIMIT 1;
		IF other IS NOT NULL THEN
			RAISE EXCEPTION 'the schema callmetrics of this database is somebody else''s, with % in it', other
				USING HINT = 'It is needed for ours: rename that one';
		END IF;
	END IF;
	IF to_regclass('callmetrics.cm_meta') IS NOT NULL OR to_regclass(former::regnamespace || '.cm_marginal') IS NULL THEN
		RETURN;
	END IF;
	FOR one IN
		SELECT c.oid::regclass AS name, CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END AS kind
		FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = i.inhparent
		WHERE c.relnamespace = former AND c.relkind IN ('r', 'p', 'v')
			AND coalesce(p.relname, c.relname) = ANY (regexp_split_to_array('@relations()@', ',\s+'))
	LOOP
		EXECUTE format('ALTER %s %s SET SCHEMA callmetrics', one.kind, one.name);
	END LOOP;
	FOR one IN
		SELECT p.oid, p.oid::regprocedure AS name, array_to_string(p.proconfig, ' ') LIKE '%search_path=%' AS keeps_path
		FROM pg_proc p WHERE p.pronamespace = former
			AND (p.proname = ANY (regexp_split_to_array('@functions()@', ',\s+')) OR p.proname LIKE 'callmetrics\_%\_note')
	LOOP
		EXECUTE format('ALTER FUNCTION %s SET SCHEMA callmetrics', one.name);
		IF one.keeps_path THEN
			EXECUTE format('ALTER FUNCTION %s SET search_path = callmetrics, pg_temp', one.oid::regprocedure);
		END IF;
	END LOOP;
END
$$;
