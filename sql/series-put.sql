-- Makes a combination of labels known.  Uses the unique index.
INSERT INTO cm_series (scope, tenant_id, agent, agent_version, provider, call_type)
	VALUES ('full', :tenant_id, :agent, :agent_version, :provider, :call_type) ON CONFLICT DO NOTHING
