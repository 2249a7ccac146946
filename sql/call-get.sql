-- One call and its labels.  Uses the keys of cm_call and cm_series.
SELECT c.series_id, s.tenant_id, s.agent, s.agent_version, s.provider, c.call_type, c.caller_number, c.callee_number,
	c.started_us, c.ended_us, c.duration_us, c.status, c.failure_reason, c.has_audio, c.has_transcript, c.metadata
FROM cm_call c CROSS JOIN cm_series s
WHERE c.call_id = :call_id AND s.series_id = c.series_id
