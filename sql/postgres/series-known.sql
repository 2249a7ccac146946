-- The series of combinations of labels.  Uses the unique index.
SELECT s.tenant_id, s.agent, s.agent_version, s.provider, s.call_type, s.series_id
FROM unnest(:tenant_id::text[], :agent::text[], :agent_version::text[], :provider::text[], :call_type::text[])
	w (tenant_id, agent, agent_version, provider, call_type)
	JOIN cm_series s ON s.scope = 'full' AND s.tenant_id = w.tenant_id AND s.agent = w.agent
		AND s.agent_version = w.agent_version AND s.provider = w.provider AND s.call_type = w.call_type
