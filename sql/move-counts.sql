-- What is to be copied into another database, in this order, and how many rows of it there are.  Scans each table.
SELECT 'cm_vocabulary', count(*) FROM cm_vocabulary
UNION ALL SELECT 'cm_price', count(*) FROM cm_price
UNION ALL SELECT 'cm_series', count(*) FROM cm_series
UNION ALL SELECT 'cm_marginal', count(*) FROM cm_marginal
UNION ALL SELECT 'cm_call', count(*) FROM cm_call
UNION ALL SELECT 'cm_latency', count(*) FROM cm_latency
UNION ALL SELECT 'cm_transcript', count(*) FROM cm_transcript
UNION ALL SELECT 'cm_skipped', count(*) FROM cm_skipped
UNION ALL SELECT 'cm_rollup', count(*) FROM cm_rollup
UNION ALL SELECT 'cm_rollup_slot', count(*) FROM cm_rollup_bin
UNION ALL SELECT 'cm_counter', count(*) FROM cm_counter
UNION ALL SELECT 'cm_pending', count(*) FROM cm_pending
UNION ALL SELECT 'cm_event', count(*) FROM cm_event
UNION ALL SELECT 'cm_event_kept', count(*) FROM cm_event_kept
UNION ALL SELECT 'cm_mark', count(*) FROM cm_mark
UNION ALL SELECT 'cm_turn', count(*) FROM cm_turn
UNION ALL SELECT 'cm_cost', count(*) FROM cm_cost
UNION ALL SELECT 'cm_health', count(*) FROM cm_health
