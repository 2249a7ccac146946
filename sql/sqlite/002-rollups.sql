-- Schema version 2: the rollups.  They are written by who writes the facts (shared/intake/unit.h), in the same transaction: packs of
-- histograms and of counts (shared/rollups/pack.h), and counters of all time.
--
-- A fact counts into its marginals: all, its tenant's, that of each of its labels by itself, and, where it has several, that of all of them
-- without a tenant; and, where it has a tenant, into the series of all its labels.

@list(since-2)@

@seriesadded()@

-- The series of facts whose call is not known, again, now that a new series makes its marginals.
DELETE FROM cm_series WHERE series_id = 1;
INSERT INTO cm_series (series_id, scope, tenant_id, agent, agent_version, provider, call_type)
	VALUES (1, 'full', '', '', '', '', '');
