-- Takes our tables away, and what reads for them.
DO $$
BEGIN
	PERFORM set_config('client_min_messages', 'warning', true);
END
$$;

DROP VIEW IF EXISTS cm_rollup_bin;
DROP TABLE IF EXISTS @list(tables)@;
DROP FUNCTION IF EXISTS cm_slot, cm_bin, cm_wall;
DROP FUNCTION IF EXISTS cm_time_like(text, text, text), cm_time_like(text, text, timestamp), cm_time_like(text, text, timestamptz);
DROP TABLE IF EXISTS cm_tenant_role;
