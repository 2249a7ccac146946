-- What is known of calls, a row for each: as call-known, but that metadata is not read.  Uses the primary keys and cm_transcript_call.
SELECT w.call_id, (SELECT min(m.at_us) FROM cm_mark m WHERE m.call_id = w.call_id AND m.turn_id = '' AND m.mark = 'call_started'),
	coalesce(CASE WHEN c.call_id IS NULL THEN (SELECT 1 FROM cm_transcript t WHERE t.call_id = w.call_id LIMIT 1) END, 0),
	s.series_id, s.tenant_id, s.agent, s.agent_version, s.provider, c.call_type, c.caller_number, c.callee_number,
	c.started_us, c.ended_us, c.duration_us, c.status, c.failure_reason, c.has_audio, c.has_transcript, NULL
FROM unnest(:call_id::text[]) w (call_id) LEFT JOIN cm_call c ON c.call_id = w.call_id
	LEFT JOIN cm_series s ON s.series_id = c.series_id
