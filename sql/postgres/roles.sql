-- Who may do what, for databases that several people use; run it again after an upgrade or after attaching.
--
-- callmetrics_owner does everything with our tables, callmetrics_writer takes events in and prunes, callmetrics_reader asks.
-- They are groups: give them to roles that log in.  A reader is walled in to one tenant by row-level security, where
--   cm_tenant_role binds its role to a tenant (for people's own tools; nothing that they set changes it), or else
--   its session has set callmetrics.tenant (for programs: a second wall behind their own filter); '' or unset is all tenants.
-- Nothing is granted on partitions: they are reached through their tables, whose wall holds there.
-- A voice app that is followed: a writer takes what it wrote out of the journal, and so may read the app's tables; a reader sees what of
-- the journal is left, and which columns those tables have.  Nothing else is granted on the app's tables: where log-event or cleanup are to write those, grant the writer
-- INSERT on latency_events, and UPDATE on calls.
DO $$
DECLARE
	role_wanted text;
BEGIN
	PERFORM set_config('client_min_messages', 'warning', true);
	FOREACH role_wanted IN ARRAY ARRAY['callmetrics_owner', 'callmetrics_writer', 'callmetrics_reader'] LOOP
		IF to_regrole(role_wanted) IS NULL THEN
			BEGIN
				EXECUTE format('CREATE ROLE %I NOLOGIN', role_wanted);
			EXCEPTION WHEN duplicate_object OR unique_violation THEN
				NULL;
			WHEN insufficient_privilege THEN
				RAISE EXCEPTION 'the role % is missing, and % may not create it', role_wanted, current_user
					USING HINT = format('Have somebody who may run: CREATE ROLE %I NOLOGIN', role_wanted);
			END;
		END IF;
	END LOOP;
END
$$;

CREATE TABLE IF NOT EXISTS callmetrics.cm_tenant_role (
	role_name text COLLATE "C" PRIMARY KEY,
	tenant_id text COLLATE "C"
);

DO $$
BEGIN
	-- Whoever runs this, they belong to the owner of all the rest.
	EXECUTE format('ALTER TABLE cm_tenant_role OWNER TO %I', (SELECT tableowner FROM pg_tables
		WHERE schemaname = 'callmetrics' AND tablename = 'cm_meta'));
END
$$;

-- The tenant that the session is walled in to; null: none.  A role that is bound stays so when it sets another.
CREATE OR REPLACE FUNCTION callmetrics.cm_wall() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER SET search_path = callmetrics, pg_temp AS $$
	SELECT coalesce((SELECT min(tenant_id) FROM cm_tenant_role WHERE role_name IN (session_user, current_user)),
		nullif(current_setting('callmetrics.tenant', true), ''))
$$;

-- The same in the views of hypertables, which have no policies (timescale.sql): who writes, and who owns it, is not walled in.
CREATE OR REPLACE FUNCTION callmetrics.cm_reader_wall() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER SET search_path = callmetrics, pg_temp AS $$
	SELECT CASE WHEN pg_has_role('callmetrics_writer', 'USAGE') OR pg_has_role('callmetrics_owner', 'USAGE')
		OR pg_has_role((SELECT relowner FROM pg_class WHERE oid = 'cm_meta'::regclass), 'USAGE') THEN NULL ELSE cm_wall() END
$$;

DO $$
DECLARE
	name text;
	wall text;
BEGIN
	GRANT USAGE ON SCHEMA callmetrics TO callmetrics_owner, callmetrics_writer, callmetrics_reader;
	FOR name, wall IN
		SELECT c.relname, CASE w.by
			WHEN 'tenant_id' THEN 'tenant_id = (SELECT cm_wall())'
			WHEN 'series_id' THEN 'series_id IN (SELECT s.series_id FROM cm_series s WHERE s.tenant_id = (SELECT cm_wall()))'
			WHEN 'pack_id' THEN 'pack_id >> 38 IN (SELECT s.series_id FROM cm_series s WHERE s.tenant_id = (SELECT cm_wall()))'
			WHEN 'call_no' THEN format('EXISTS (SELECT FROM cm_call c WHERE c.call_no = %I.call_no)', c.relname)
			WHEN 'none' THEN 'false' END
		FROM pg_class c LEFT JOIN (VALUES @list(walls)@) w (name, by) ON w.name = c.relname
		WHERE c.relnamespace = 'callmetrics'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
			AND c.relname = ANY (regexp_split_to_array('@relations()@', ',\s+'))
			AND c.relname NOT LIKE '%\_chunks' AND c.relname <> 'callmetrics_journal'
		ORDER BY c.relname
	LOOP
		EXECUTE format('GRANT ALL ON %I TO callmetrics_owner', name);
		EXECUTE format('GRANT SELECT ON %I TO callmetrics_reader, callmetrics_writer', name);
		IF name LIKE 'cm\_%' AND name NOT LIKE 'cm\_v\_%' AND name <> 'cm_tenant_role' THEN
			EXECUTE format('GRANT INSERT, UPDATE, DELETE ON %I TO callmetrics_writer', name);
		END IF;
		IF wall IS NOT NULL AND cm_is_chunked(name) THEN
			EXECUTE format('CREATE OR REPLACE VIEW %1$I WITH (security_barrier = true) AS
				SELECT * FROM %1$s_chunks WHERE (SELECT cm_reader_wall()) IS NULL OR %2$s', name,
				replace(wall, 'cm_wall', 'cm_reader_wall'));
		ELSIF wall IS NOT NULL THEN
			EXECUTE format('DROP POLICY IF EXISTS cm_wall ON %I', name);
			EXECUTE format('DROP POLICY IF EXISTS cm_all ON %I', name);
			EXECUTE format('CREATE POLICY cm_wall ON %I FOR SELECT TO callmetrics_reader USING ((SELECT cm_wall()) IS NULL OR %s)',
				name, wall);
			EXECUTE format('CREATE POLICY cm_all ON %I TO callmetrics_owner, callmetrics_writer USING (true) WITH CHECK (true)',
				name);
			EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
		END IF;
	END LOOP;
	-- Calls are numbered before they are stored.
	FOR name IN
		SELECT relname FROM pg_class WHERE relnamespace = 'callmetrics'::regnamespace AND relkind = 'S' AND relname LIKE 'cm\_%'
	LOOP
		EXECUTE format('GRANT USAGE ON SEQUENCE %I TO callmetrics_owner, callmetrics_writer', name);
	END LOOP;
	IF to_regclass('callmetrics.callmetrics_journal') IS NOT NULL THEN
		GRANT SELECT ON callmetrics_journal TO callmetrics_owner, callmetrics_writer, callmetrics_reader;
		GRANT DELETE ON callmetrics_journal TO callmetrics_owner, callmetrics_writer;
		FOREACH name IN ARRAY ARRAY['calls', 'transcripts', 'latency_events'] LOOP
			IF to_regclass(name) IS NOT NULL THEN
				EXECUTE format('GRANT SELECT ON %I TO callmetrics_owner, callmetrics_writer', name);
				EXECUTE format('GRANT USAGE ON SCHEMA %s TO callmetrics_owner, callmetrics_writer, callmetrics_reader',
					(SELECT relnamespace::regnamespace FROM pg_class WHERE oid = to_regclass(name)));
			END IF;
		END LOOP;
	END IF;
	-- What runs with its owner's rights: triggers need no right to be called.
	FOR name IN
		SELECT p.oid::regprocedure FROM pg_proc p
		WHERE p.pronamespace = 'callmetrics'::regnamespace AND p.prosecdef AND p.prorettype <> 'trigger'::regtype
			AND starts_with(p.proname, 'cm_')
	LOOP
		EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', name);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO callmetrics_owner, callmetrics_writer', name);
	END LOOP;
END
$$;
