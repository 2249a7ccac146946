-- The same of a window without a filter, with the number of the labels in their place.  Uses cm_call_started.
SELECT c.call_id, c.call_type, c.caller_number, c.callee_number, c.started_us, c.ended_us, c.duration_us, c.status,
	c.has_transcript, c.has_audio, c.series_id, NULL, NULL, c.failure_reason,
	CASE WHEN :metadata = 1 THEN c.metadata END
FROM cm_call c
WHERE c.started_us >= :from AND c.started_us < :to AND (c.started_us, c.call_id, c.tenant_id) > (:after_us, :after_id, :after_tenant)
ORDER BY c.started_us, c.call_id, c.tenant_id
