-- The labels of a series.  Uses the primary key.
SELECT tenant_id, agent, provider, agent_version, call_type FROM cm_series WHERE series_id = :series_id
