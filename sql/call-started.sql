-- When calls of an id started, a row for each tenant that has one; of one tenant unless null.  Uses cm_series' and cm_call's unique
-- indexes.
SELECT c.started_us, c.tenant_id
FROM (SELECT '' AS tenant_id WHERE coalesce(:tenant_id, '') = ''
		UNION ALL SELECT tenant_id FROM cm_series WHERE scope = 'tenant' AND (:tenant_id IS NULL OR tenant_id = :tenant_id)) t CROSS JOIN cm_call c
WHERE c.tenant_id = t.tenant_id AND c.call_id = :call_id AND c.status IS NOT NULL
