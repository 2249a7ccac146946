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

-- What BI of voice platforms asks for by these names, exact at any time: percentiles are nearest ranks of the values themselves (ms), cost
-- is in dollars, a month is one of UTC.  A continuous aggregate could not be: a percentile of an hour is none of its parts', a call's
-- costs lie in more than one bucket, and what comes late waits for the next refresh.
CREATE OR REPLACE VIEW latency_percentiles_5m WITH (security_invoker = true) AS
	SELECT 'epoch'::timestamptz + l.at_us / 300000000 * interval '300 seconds' AS bucket, s.tenant_id, l.component,
		coalesce(l.provider, s.provider) AS provider,
		percentile_disc(0.5) WITHIN GROUP (ORDER BY l.duration_us) / 1000.0 AS p50,
		percentile_disc(0.95) WITHIN GROUP (ORDER BY l.duration_us) / 1000.0 AS p95,
		percentile_disc(0.99) WITHIN GROUP (ORDER BY l.duration_us) / 1000.0 AS p99, count(*) AS sample_count
	FROM cm_latency l JOIN cm_series s ON s.series_id = l.series_id
	GROUP BY l.at_us / 300000000, s.tenant_id, l.component, coalesce(l.provider, s.provider);

CREATE OR REPLACE VIEW cost_per_call WITH (security_invoker = true) AS
	SELECT min(u.at_us) AS first_at_us, c.call_id, c.tenant_id, sum(u.cost_nusd) / 1000000000.0 AS total_cost_usd,
		count(DISTINCT u.provider) AS provider_count,
		jsonb_object_agg(coalesce(u.provider, ''), u.breakdown) AS breakdown
	FROM (SELECT call_no, provider, min(at_us) AS at_us, sum(cost_nusd) AS cost_nusd, jsonb_build_object('cost_usd',
				sum(cost_nusd) / 1000000000.0, 'usage', jsonb_agg(jsonb_build_object('service', service, 'unit', usage_unit,
				'usage', usage / 1000000.0) ORDER BY service, usage_unit)) AS breakdown
			FROM (SELECT call_no, provider, service, usage_unit, min(at_us) AS at_us, sum(cost_nusd) AS cost_nusd,
					sum(usage_micro) AS usage FROM cm_cost GROUP BY call_no, provider, service, usage_unit) units
			GROUP BY call_no, provider) u JOIN cm_call c ON c.call_no = u.call_no
	GROUP BY u.call_no, c.call_id, c.tenant_id;

CREATE OR REPLACE VIEW cost_per_tenant_monthly WITH (security_invoker = true) AS
	SELECT date_trunc('month', 'epoch'::timestamp + k.at_us * interval '1 microsecond') AT TIME ZONE 'UTC' AS month, s.tenant_id,
		sum(k.cost_nusd) / 1000000000.0 AS total_cost_usd, count(DISTINCT k.call_no) AS call_count,
		sum(k.cost_nusd) FILTER (WHERE k.call_no IS NOT NULL) / 1000000000.0 / nullif(count(DISTINCT k.call_no), 0) AS avg_cost_per_call
	FROM cm_cost k JOIN cm_series s ON s.series_id = k.series_id
	GROUP BY 1, s.tenant_id;
