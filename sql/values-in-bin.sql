-- The values of one fine bin and their series; a percentile is the k-th smallest of those that a filter lets
-- through (labels-of).  Uses cm_latency_bin, which covers it.
SELECT l.duration_us, l.series_id
FROM cm_latency l
WHERE l.component = :kind AND l.bin = :bin AND l.at_us >= :from AND l.at_us < :to
