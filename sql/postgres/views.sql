-- Our facts as people's own tools like them: instants as timestamptz, durations in seconds or milliseconds, money in dollars, labels
-- beside each row.  A condition on started_us or at_us (microseconds since 1970 UTC) is served by an index, one on the
-- instants made of them is not.  Each view asks with its reader's rights, so row-level security (roles.sql) holds here too.
CREATE OR REPLACE VIEW cm_v_calls WITH (security_invoker = true) AS
	SELECT c.call_id, c.tenant_id, s.agent, s.agent_version, s.provider, c.call_type, c.caller_number, c.callee_number,
		'epoch'::timestamptz + c.started_us * interval '1 microsecond' AS started_at,
		'epoch'::timestamptz + c.ended_us * interval '1 microsecond' AS ended_at,
		c.duration_us / 1000000.0 AS duration_seconds, c.status, nullif(c.failure_reason, '') AS failure_reason,
		c.has_audio = 1 AS has_audio, c.has_transcript = 1 AS has_transcript, c.metadata, c.started_us
	FROM cm_call c JOIN cm_series s ON s.series_id = c.series_id
	WHERE c.status IS NOT NULL;

CREATE OR REPLACE VIEW cm_v_failures WITH (security_invoker = true) AS
	SELECT c.call_id, s.tenant_id, s.agent, s.agent_version, s.provider, c.call_type,
		'epoch'::timestamptz + c.started_us * interval '1 microsecond' AS started_at,
		c.duration_us / 1000000.0 AS duration_seconds, c.status, c.failure_reason, c.metadata, c.started_us
	FROM cm_call c JOIN cm_series s ON s.series_id = c.series_id
	WHERE c.failure_reason <> '';

CREATE OR REPLACE VIEW cm_v_steps WITH (security_invoker = true) AS
	SELECT l.latency_id, c.call_id, l.turn_id, s.tenant_id, s.agent, s.agent_version, s.call_type, l.component,
		coalesce(l.provider, s.provider) AS provider, l.model,
		'epoch'::timestamptz + l.at_us * interval '1 microsecond' AS at, l.duration_us / 1000.0 AS duration_ms, l.metadata,
		l.at_us
	FROM cm_latency l JOIN cm_series s ON s.series_id = l.series_id LEFT JOIN cm_call c ON c.call_no = l.call_no;

CREATE OR REPLACE VIEW cm_v_transcripts WITH (security_invoker = true) AS
	SELECT t.transcript_id, c.call_id, s.tenant_id, s.agent,
		'epoch'::timestamptz + t.at_us * interval '1 microsecond' AS at, t.speaker, t.content, t.at_us
	FROM cm_transcript t LEFT JOIN cm_call c ON c.call_no = t.call_no LEFT JOIN cm_series s ON s.series_id = c.series_id;

-- Those of one table, from its declaration.
@list(views)@
