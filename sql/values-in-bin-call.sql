-- The durations of one fine bin and their series; a percentile is the k-th smallest of those that a filter lets
-- through (labels-of).  Uses cm_call_bin, which covers it.
SELECT c.duration_us, c.series_id
FROM cm_call c
WHERE c.bin = :bin AND c.started_us >= :from AND c.started_us < :to
