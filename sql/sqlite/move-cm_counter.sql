-- The counters that are still to be copied into another database, in the order of its columns.  Uses the primary key.
SELECT series_id, kind, outcome, n_seen, n_reached, n_value, sum_us
FROM cm_counter ORDER BY series_id, kind, outcome LIMIT -1 OFFSET :done
