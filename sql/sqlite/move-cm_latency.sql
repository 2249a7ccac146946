-- The timed steps that are still to be copied into another database, in the order of its columns.  Uses the primary key.
SELECT latency_id, call_id, turn_id, series_id, component, provider, model, at_us, duration_us, bin, metadata
FROM cm_latency ORDER BY latency_id LIMIT -1 OFFSET :done
