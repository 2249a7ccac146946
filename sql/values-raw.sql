-- Latencies of one component one by one, for the edges of a window, with their series, which a filter lets through or not (labels-of);
-- :sign -1 takes them away.  Uses cm_latency_at, which covers it.
SELECT l.duration_us, :sign * 1, l.at_us, l.series_id
FROM cm_latency l
WHERE l.component = :kind AND l.at_us >= :from AND l.at_us < :to
