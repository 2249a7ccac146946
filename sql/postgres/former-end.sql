-- From version 3 to 4, at last: what is empty now goes.
DO $$
BEGIN
	PERFORM set_config('client_min_messages', 'warning', true);
END
$$;

DROP FUNCTION cm_call_added, cm_call_changed, cm_call_told, cm_call_relabelled, cm_call_removed, cm_latency_added, cm_latency_changed,
	cm_latency_removed, cm_pending_full, cm_fold, cm_fold_part, cm_fold_rows CASCADE;
DROP VIEW cm_rollup_bin;
DROP TABLE cm_rollup, cm_rollup_slot, cm_grid, cm_grid_bin;
DROP FUNCTION cm_slot, cm_bin;
ALTER TABLE cm_state DROP COLUMN pending_most;
DELETE FROM cm_counter WHERE series_id IN (SELECT s.series_id FROM cm_series s WHERE s.scope = 'former');
DELETE FROM cm_series WHERE scope = 'former';

-- Counters stay where they are.
ALTER TABLE cm_counter RENAME TO cm_former_counter;
ALTER INDEX cm_counter_pkey RENAME TO cm_former_counter_pkey;
@formercounters()@
