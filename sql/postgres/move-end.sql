-- The keys and indexes that move-start took away; then numbers go on above those that were copied.
DO $$
DECLARE
	made record;
BEGIN
	FOR made IN SELECT value FROM cm_meta WHERE starts_with(key, 'moving_') ORDER BY key DESC LOOP
		EXECUTE made.value;
	END LOOP;
	DELETE FROM cm_meta WHERE starts_with(key, 'moving_');
END
$$;
SELECT setval(pg_get_serial_sequence('cm_series', 'series_id'), greatest(1, (SELECT max(series_id) FROM cm_series)));
SELECT setval(pg_get_serial_sequence('cm_latency', 'latency_id'), greatest(1, (SELECT max(latency_id) FROM cm_latency)));
SELECT setval(pg_get_serial_sequence('cm_transcript', 'transcript_id'), greatest(1, (SELECT max(transcript_id) FROM cm_transcript)));
SELECT setval(pg_get_serial_sequence('cm_pending', 'pending_id'), greatest(1, (SELECT max(pending_id) FROM cm_pending)));
SELECT setval(pg_get_serial_sequence('cm_event_kept', 'kept_id'), greatest(1, (SELECT max(kept_id) FROM cm_event_kept)));
SELECT setval(pg_get_serial_sequence('cm_price', 'price_id'), greatest(1, (SELECT max(price_id) FROM cm_price)));
SELECT setval(pg_get_serial_sequence('cm_cost', 'cost_id'), greatest(1, (SELECT max(cost_id) FROM cm_cost)));
SELECT setval(pg_get_serial_sequence('cm_health', 'health_id'), greatest(1, (SELECT max(health_id) FROM cm_health)));
