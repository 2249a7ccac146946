-- The combinations of labels that are still to be copied into another database, in the order of its columns.  Uses the primary key.
SELECT series_id, scope, tenant_id, agent, agent_version, provider, call_type
FROM cm_series ORDER BY series_id LIMIT -1 OFFSET :done
