-- Schema version 2: the rollups.  They are written by who writes the facts (shared/intake/unit.h), in the same transaction: packs of
-- histograms and of counts (shared/rollups/pack.h), and counters of all time.
--
-- A fact counts into the series of its labels and into its marginals: all, its tenant's, and its labels' without a tenant.

@list(since-2)@

CREATE TRIGGER cm_series_added AFTER INSERT ON cm_series WHEN NEW.scope = 'full'
BEGIN
	INSERT INTO cm_series (scope, tenant_id, agent, agent_version, provider, call_type)
		VALUES ('all', '', '', '', '', '') ON CONFLICT DO NOTHING;
	INSERT INTO cm_series (scope, tenant_id, agent, agent_version, provider, call_type)
		VALUES ('labels', '', NEW.agent, NEW.agent_version, NEW.provider, NEW.call_type) ON CONFLICT DO NOTHING;
	INSERT INTO cm_series (scope, tenant_id, agent, agent_version, provider, call_type)
		SELECT 'tenant', NEW.tenant_id, '', '', '', '' WHERE NEW.tenant_id <> '' ON CONFLICT DO NOTHING;
	INSERT INTO cm_marginal (series_id, scope, into_id)
		SELECT NEW.series_id, scope, series_id FROM cm_series WHERE scope = 'all';
	INSERT INTO cm_marginal (series_id, scope, into_id)
		SELECT NEW.series_id, scope, series_id FROM cm_series WHERE scope = 'labels' AND tenant_id = ''
			AND agent = NEW.agent AND agent_version = NEW.agent_version AND provider = NEW.provider
			AND call_type = NEW.call_type;
	INSERT INTO cm_marginal (series_id, scope, into_id)
		SELECT NEW.series_id, scope, series_id FROM cm_series
			WHERE scope = 'tenant' AND tenant_id = NEW.tenant_id AND NEW.tenant_id <> '';
	INSERT INTO cm_marginal (series_id, scope, into_id)
		SELECT NEW.series_id, 'full', NEW.series_id WHERE NEW.tenant_id <> '';
END;

-- The series of facts whose call is not known, again, now that a new series makes its marginals.
DELETE FROM cm_series WHERE series_id = 1;
INSERT INTO cm_series (series_id, scope, tenant_id, agent, agent_version, provider, call_type)
	VALUES (1, 'full', '', '', '', '', '');
