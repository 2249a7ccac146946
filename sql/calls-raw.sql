-- Calls one by one, for the edges of a window that no bucket covers, with their series, which a filter lets through or not
-- (labels-of); :sign -1 takes them away.  Uses cm_call_started.
SELECT c.started_us, c.status, :sign * 1, :sign * c.has_transcript,
	:sign * CASE WHEN c.bin IS NULL THEN 0 ELSE 1 END, :sign * CASE WHEN c.bin IS NULL THEN 0 ELSE c.duration_us END,
	c.call_type, c.failure_reason, c.series_id
FROM cm_call c
WHERE c.started_us >= :from AND c.started_us < :to
