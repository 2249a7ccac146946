-- Calls of a span of time as they count.  Uses cm_call_started.
SELECT c.series_id, c.started_us, CASE WHEN c.status = 'completed' THEN c.duration_us END, c.status, c.call_type, c.failure_reason,
	c.has_transcript
FROM cm_call c
WHERE c.started_us >= :from AND c.started_us < :to AND c.status IS NOT NULL
