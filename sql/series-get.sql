-- The series of a combination of labels.  Uses the unique index.
SELECT series_id FROM cm_series WHERE scope = :scope AND tenant_id = :tenant_id AND agent = :agent
	AND agent_version = :agent_version AND provider = :provider AND call_type = :call_type
