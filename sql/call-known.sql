-- What is known of a call: what stands behind it, whether lines of it came before it, and itself and its labels, null where nobody told
-- of it.  Uses the primary keys and cm_transcript_call.
SELECT :call_id, c.claims,
	CASE WHEN c.call_id IS NULL AND EXISTS (SELECT 1 FROM cm_transcript t WHERE t.call_id = :call_id) THEN 1 ELSE 0 END,
	s.series_id, s.tenant_id, s.agent, s.agent_version, s.provider, c.call_type, c.caller_number, c.callee_number,
	c.started_us, c.ended_us, c.duration_us, c.status, c.failure_reason, c.has_audio, c.has_transcript, c.metadata
FROM (SELECT 1) one LEFT JOIN cm_call c ON c.call_id = :call_id LEFT JOIN cm_series s ON s.series_id = c.series_id
