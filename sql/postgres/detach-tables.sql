-- Takes our tables away, and what reads for them.
DO $$
BEGIN
	PERFORM set_config('client_min_messages', 'warning', true);
END
$$;

DROP VIEW IF EXISTS cm_rollup_bin;
DROP TABLE IF EXISTS @list(tables)@;
DROP FUNCTION IF EXISTS cm_slot, cm_label, cm_member, cm_bin, cm_wall;
DROP FUNCTION IF EXISTS cm_instant(text), cm_instant(timestamptz), cm_instant(date), cm_instant(timestamp);
DROP FUNCTION IF EXISTS cm_micros(text, bigint), cm_micros(interval, bigint), cm_micros(double precision, bigint);
DROP FUNCTION IF EXISTS cm_flag(boolean), cm_flag(double precision), cm_flag(text);
DROP FUNCTION IF EXISTS cm_json(json), cm_json(jsonb), cm_json(text);
DROP FUNCTION IF EXISTS cm_time_like(text, text, text), cm_time_like(text, text, timestamp), cm_time_like(text, text, timestamptz);
DROP TABLE IF EXISTS cm_tenant_role;
