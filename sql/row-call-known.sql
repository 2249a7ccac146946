-- The same of the call that rows of the voice app tell of or speak of, whosever it is.  Uses cm_call_followed.
SELECT 1, c.call_no, c.claims, s.series_id, s.agent, s.agent_version, s.provider, c.call_type, c.caller_number, c.callee_number,
	c.started_us, c.ended_us, c.duration_us, c.status, c.failure_reason, c.has_audio, c.has_transcript, c.tenant_id, c.metadata,
	u.due_us
FROM cm_call c LEFT JOIN cm_series s ON s.series_id = c.series_id
	LEFT JOIN cm_unsettled u ON u.call_no = c.call_no
WHERE c.call_id = :call_id AND c.source_id IS NOT NULL
ORDER BY c.status IS NULL, c.call_no LIMIT 1
