-- Schema version 2: the rollups; the twin of sqlite/002-rollups.sql.
DO $$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_temp', current_schema()), true);
END
$$;

@list(since-2)@

CREATE FUNCTION cm_series_added() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET jit = off AS $$
BEGIN
	INSERT INTO cm_series (scope, tenant_id, agent, agent_version, provider, call_type)
		SELECT m.* FROM (VALUES ('all', '', '', '', '', ''),
			('labels', '', NEW.agent, NEW.agent_version, NEW.provider, NEW.call_type),
			('tenant', NEW.tenant_id, '', '', '', '')) m (scope, tenant_id, agent, agent_version, provider, call_type)
		WHERE (m.scope <> 'tenant' OR m.tenant_id <> '')
			AND NOT EXISTS (SELECT FROM cm_series s WHERE s.scope = m.scope AND s.tenant_id = m.tenant_id
				AND s.agent = m.agent AND s.agent_version = m.agent_version AND s.provider = m.provider
				AND s.call_type = m.call_type)
		ORDER BY m.scope ON CONFLICT DO NOTHING;
	INSERT INTO cm_marginal (series_id, scope, into_id)
		SELECT NEW.series_id, scope, series_id FROM cm_series
			WHERE scope = 'all' AND tenant_id = '' AND agent = '' AND agent_version = '' AND provider = '' AND call_type = ''
		UNION ALL
		SELECT NEW.series_id, scope, series_id FROM cm_series WHERE scope = 'labels' AND tenant_id = ''
			AND agent = NEW.agent AND agent_version = NEW.agent_version AND provider = NEW.provider
			AND call_type = NEW.call_type
		UNION ALL
		SELECT NEW.series_id, scope, series_id FROM cm_series WHERE scope = 'tenant' AND tenant_id = NEW.tenant_id
			AND agent = '' AND agent_version = '' AND provider = '' AND call_type = '' AND NEW.tenant_id <> ''
		UNION ALL
		SELECT NEW.series_id, 'full', NEW.series_id WHERE NEW.tenant_id <> '';
	RETURN NULL;
END
$$;

-- What is copied comes with its marginals (callmetrics copy).
CREATE TRIGGER cm_series_added AFTER INSERT ON cm_series FOR EACH ROW WHEN (NEW.scope = 'full'
	AND current_setting('callmetrics.retention', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION cm_series_added();

-- The series of facts whose call is not known; its marginals and it take the same numbers as in SQLite.
INSERT INTO cm_series (scope, tenant_id, agent, agent_version, provider, call_type) VALUES ('full', '', '', '', '', '');
