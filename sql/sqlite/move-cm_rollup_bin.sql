-- The histograms that are still to be copied into another database, in the order of its columns.  Uses the primary key.
SELECT series_id, kind, resolution, parent, bucket, bin, n, sum_us
FROM cm_rollup_bin ORDER BY series_id, kind, resolution, parent, bucket, bin LIMIT -1 OFFSET :done
