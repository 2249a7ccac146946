-- Ends the rollups: triggers go with their functions.
DO $$
BEGIN
	PERFORM set_config('client_min_messages', 'warning', true);
END
$$;

-- What roles.sql granted on the voice app's own tables.
DO $$
DECLARE
	role_name text;
	name text;
BEGIN
	FOREACH role_name IN ARRAY ARRAY['callmetrics_owner', 'callmetrics_writer'] LOOP
		FOREACH name IN ARRAY ARRAY['calls', 'transcripts', 'latency_events'] LOOP
			IF to_regrole(role_name) IS NOT NULL AND to_regclass(name) IS NOT NULL THEN
				EXECUTE format('REVOKE SELECT ON %I FROM %I', name, role_name);
			END IF;
		END LOOP;
	END LOOP;
END
$$;

DROP FUNCTION IF EXISTS cm_call_added, cm_call_changed, cm_call_told, cm_call_relabelled, cm_call_removed, cm_latency_added, cm_latency_changed, cm_latency_removed CASCADE;
DROP FUNCTION IF EXISTS cm_series_added, cm_pending_full CASCADE;
DROP FUNCTION IF EXISTS cm_month_next, cm_month_drop, cm_month_make, cm_month_start, cm_months;
DROP FUNCTION IF EXISTS cm_fold, cm_fold_part, cm_fold_rows;
DROP VIEW IF EXISTS cm_pending_count, cm_pending_bin, cm_pending_counter;
DROP VIEW IF EXISTS cm_v_calls, cm_v_failures, cm_v_steps, cm_v_transcripts, @list(viewnames)@;
