-- The pending facts that are still to be copied into another database, in the order of its columns.  Uses the primary key.
SELECT pending_id, series_id, kind, outcome, at_us, value_us, bin, n, n_transcript, n_seen, n_reached, n_timed
FROM cm_pending ORDER BY pending_id LIMIT -1 OFFSET :done
