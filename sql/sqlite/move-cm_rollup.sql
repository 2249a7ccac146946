-- The counts of calls that are still to be copied into another database, in the order of its columns.  Uses the primary key.
SELECT series_id, kind, resolution, bucket, outcome, n, n_transcript, n_value, sum_us
FROM cm_rollup ORDER BY series_id, kind, resolution, bucket, outcome LIMIT -1 OFFSET :done
