-- The labels by which a copy is compared with its original: some of each.  Uses cm_series' unique index.
SELECT 'tenant_id', tenant_id FROM (SELECT DISTINCT tenant_id FROM cm_series WHERE scope = 'tenant' ORDER BY tenant_id LIMIT 8) t
UNION ALL SELECT 'agent', agent FROM (SELECT DISTINCT agent FROM cm_series WHERE scope = 'labels' AND agent <> '' ORDER BY agent
	LIMIT 3) a
UNION ALL SELECT 'provider', provider FROM (SELECT DISTINCT provider FROM cm_series WHERE scope = 'labels' AND provider <> ''
	ORDER BY provider LIMIT 3) o
UNION ALL SELECT 'call_type', call_type FROM (SELECT DISTINCT call_type FROM cm_series WHERE scope = 'labels' AND call_type <> ''
	ORDER BY call_type) y
