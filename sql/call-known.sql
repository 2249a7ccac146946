-- What is known of a call, what stands behind it (claims) and the first leaf of its events, or no row; .status is null where it is only
-- spoken of.  Uses the unique index and the keys.
SELECT 1, c.call_no, c.claims, s.series_id, s.agent, s.agent_version, s.provider, c.call_type, c.caller_number, c.callee_number,
	c.started_us, c.ended_us, c.duration_us, c.status, c.failure_reason, c.has_audio, c.has_transcript, c.tenant_id, c.metadata,
	u.due_us, e.until, e.by_id, e.keys
FROM cm_call c LEFT JOIN cm_series s ON s.series_id = c.series_id
	LEFT JOIN cm_unsettled u ON u.call_no = c.call_no
	LEFT JOIN cm_call_event e ON e.call_no = c.call_no AND e.least = 0
WHERE c.tenant_id = :tenant_id AND c.call_id = :call_id
