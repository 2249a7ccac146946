-- What tells a changed original besides its numbers of rows: the greatest numbers and instants, each the end of a primary key or index;
-- and sums, of tables that are small: rollups (scanned once, as move-counts does, and not sorted), counters, what is pending; of steps
-- the widest buckets of all together.  So it does not see what changes neither a count nor a length nor a label: other metadata, an
-- edited line, a call moved within its five minutes.
SELECT 'cm_vocabulary', count(*), sum(length(term) * length(meaning)), 0, 0 FROM cm_vocabulary
UNION ALL SELECT 'cm_price', max(price_id), sum(price_nusd), sum(valid_from_us / 1000000), 0 FROM cm_price
UNION ALL SELECT 'cm_state', pruned_before_us, 0, 0, 0 FROM cm_state
UNION ALL SELECT 'cm_series', (SELECT max(series_id) FROM cm_series), 0, 0, 0
UNION ALL SELECT 'cm_call', (SELECT max(rowid) FROM cm_call), (SELECT min(started_us) FROM cm_call), (SELECT max(started_us) FROM cm_call), 0
UNION ALL SELECT 'cm_latency', (SELECT max(latency_id) FROM cm_latency), 0, 0, 0
UNION ALL SELECT 'cm_transcript', (SELECT max(transcript_id) FROM cm_transcript), (SELECT max(at_us) FROM cm_transcript), 0, 0
UNION ALL SELECT 'cm_event', (SELECT max(seen_us) FROM cm_event), 0, 0, 0
UNION ALL SELECT 'cm_event_kept', (SELECT max(kept_id) FROM cm_event_kept), (SELECT max(at_us) FROM cm_event_kept), 0, 0
UNION ALL SELECT 'cm_mark', (SELECT max(at_us) FROM cm_mark), 0, 0, 0
UNION ALL SELECT 'cm_turn', (SELECT max(at_us) FROM cm_turn), 0, 0, 0
UNION ALL SELECT 'cm_cost', (SELECT max(cost_id) FROM cm_cost), (SELECT max(at_us) FROM cm_cost), 0, 0
UNION ALL SELECT 'cm_health', (SELECT max(health_id) FROM cm_health), (SELECT max(at_us) FROM cm_health), 0, 0
UNION ALL SELECT 'cm_pending', max(pending_id), sum(n * series_id), sum(n * value_us), sum(at_us / 1000000) FROM cm_pending
UNION ALL SELECT 'cm_counter', sum(n_seen), sum(n_reached), sum(n_value), sum(sum_us) FROM cm_counter
UNION ALL SELECT 'cm_rollup', sum(n * (bucket / 300)), sum(n * series_id), sum(n_transcript + n * length(outcome)), sum(sum_us) FROM cm_rollup
UNION ALL SELECT * FROM (
	SELECT b.kind, sum(b.n), sum(b.n * (b.bucket / 86400)), sum(b.sum_us), 0
	FROM cm_series s CROSS JOIN (SELECT 'call' AS kind UNION SELECT meaning FROM cm_vocabulary WHERE topic = 'component') k
		CROSS JOIN cm_rollup_bin b
	WHERE s.scope = 'all' AND b.series_id = s.series_id AND b.kind = k.kind AND b.resolution = 86400 AND b.parent = -1
	GROUP BY b.kind)
