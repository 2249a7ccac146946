-- The histograms that are still to be copied into another database, in the order of its columns there, where a number stands for the
-- key (cm_slot).  Uses the primary key, and for each row that of cm_kind's names.
SELECT series_id, ((SELECT kind_id FROM cm_kind WHERE name = kind) << 58)
		| (CASE resolution WHEN 300 THEN 0 WHEN 3600 THEN 1 ELSE 2 END << 56)
		| ((parent + 1) << 46) | ((bucket / 300 + 1073741824) << 15) | bin, n, sum_us
FROM cm_rollup_bin ORDER BY series_id, kind, resolution, parent, bucket, bin LIMIT -1 OFFSET :done
