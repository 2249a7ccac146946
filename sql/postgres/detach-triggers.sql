-- Ends the copying of the voice app's writes, then the rollups: triggers go with their functions.
DO $$
BEGIN
	PERFORM set_config('client_min_messages', 'warning', true);
END
$$;

DROP FUNCTION IF EXISTS cm_calls_read, cm_calls_rename, cm_calls_remove, cm_calls_empty CASCADE;
DROP FUNCTION IF EXISTS cm_latency_events_read, cm_latency_events_rename, cm_latency_events_remove, cm_latency_events_empty CASCADE;
DROP FUNCTION IF EXISTS cm_transcripts_read, cm_transcripts_rename, cm_transcripts_remove, cm_transcripts_empty CASCADE;
DROP FUNCTION IF EXISTS cm_calls_copy, cm_latency_events_copy, cm_transcripts_copy;
DROP FUNCTION IF EXISTS cm_call_added, cm_call_changed, cm_call_removed, cm_latency_added, cm_latency_changed, cm_latency_removed CASCADE;
DROP FUNCTION IF EXISTS cm_series_added, cm_pending_full CASCADE;
DROP FUNCTION IF EXISTS cm_month_next, cm_month_drop, cm_month_make, cm_month_start, cm_months;
DROP FUNCTION IF EXISTS cm_fold, cm_fold_part, cm_fold_rows, cm_note, cm_note_failed, cm_rewritten;
DROP VIEW IF EXISTS cm_pending_count, cm_pending_bin, cm_pending_counter;
DROP VIEW IF EXISTS cm_v_calls, cm_v_failures, cm_v_steps, cm_v_transcripts, @list(viewnames)@;
