-- The events that were taken that are still to be copied into another database, in the order of its columns.  Uses the primary key.
SELECT key_1, key_2, seen_us
FROM cm_event ORDER BY key_1, key_2 LIMIT -1 OFFSET :done
