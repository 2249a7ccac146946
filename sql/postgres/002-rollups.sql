-- Schema version 2: the rollups; the twin of sqlite/002-rollups.sql.
DO $$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_temp', current_schema()), true);
END
$$;

@list(since-2)@

@seriesadded()@

-- What is copied comes with its marginals (callmetrics copy).
CREATE TRIGGER cm_series_added AFTER INSERT ON cm_series FOR EACH ROW WHEN (NEW.scope = 'full'
	AND current_setting('callmetrics.retention', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION cm_series_added();

-- The series of facts whose call is not known; its marginals and it take the same numbers as in SQLite.
INSERT INTO cm_series (scope, tenant_id, agent, agent_version, provider, call_type) VALUES ('full', '', '', '', '', '');
