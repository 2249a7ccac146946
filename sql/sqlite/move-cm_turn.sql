-- The turns that are still to be copied into another database, in the order of its columns.  Uses the primary key.
SELECT call_id, turn_id, latency_id, measured, at_us
FROM cm_turn ORDER BY call_id, turn_id LIMIT -1 OFFSET :done
