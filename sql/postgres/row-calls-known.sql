-- What is known of calls, likewise: as row-call-known, but that metadata is not read.  Uses cm_call_followed and the keys.
SELECT w.number, c.call_no, c.claims, s.series_id, s.agent, s.agent_version, s.provider, c.call_type, c.caller_number, c.callee_number,
	c.started_us, c.ended_us, c.duration_us, c.status, c.failure_reason, c.has_audio, c.has_transcript, c.tenant_id, NULL,
	u.due_us
FROM unnest(:call_id::text[]) WITH ORDINALITY w (call_id, number)
	CROSS JOIN LATERAL (SELECT * FROM cm_call f WHERE f.call_id = w.call_id AND f.source_id IS NOT NULL
		ORDER BY f.status IS NULL, f.call_no LIMIT 1) c
	LEFT JOIN cm_series s ON s.series_id = c.series_id
	LEFT JOIN cm_unsettled u ON u.call_no = c.call_no
