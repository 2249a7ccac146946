-- Makes combinations of labels known.  Uses the unique index.
INSERT INTO cm_series (scope, tenant_id, agent, agent_version, provider, call_type)
	SELECT 'full', w.*
	FROM unnest(:tenant_id::text[], :agent::text[], :agent_version::text[], :provider::text[], :call_type::text[]) w
	ON CONFLICT DO NOTHING
