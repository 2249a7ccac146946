-- Durations of completed calls one by one, for the edges of a window, with their series, which a filter lets through or not (labels-of);
-- :sign -1 takes them away.  Uses cm_call_started.
SELECT c.duration_us, :sign * 1, c.started_us, c.series_id
FROM cm_call c
WHERE c.started_us >= :from AND c.started_us < :to AND c.bin IS NOT NULL
