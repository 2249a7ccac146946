-- A copy that was broken off, of an original that has changed since: it begins anew.
TRUNCATE cm_vocabulary, cm_price, cm_series, cm_marginal, cm_call, cm_latency, cm_transcript, cm_skipped, cm_rollup, cm_rollup_slot, cm_counter, cm_pending, cm_event, cm_event_kept, cm_mark, cm_turn, cm_cost, cm_health;
