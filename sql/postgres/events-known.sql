-- The keys of those events that were taken.  Uses the primary key.
SELECT e.key_1, e.key_2
FROM unnest(:key_1::bigint[], :key_2::bigint[]) w (key_1, key_2) JOIN cm_event e ON e.key_1 = w.key_1 AND e.key_2 = w.key_2
