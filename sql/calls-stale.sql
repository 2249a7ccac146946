-- Active calls that began before an instant, oldest first, after a given one.  Uses cm_call_active, not the order of cm_call_started.
SELECT c.call_id, c.call_type, c.started_us, c.tenant_id, c.source_id
FROM cm_call c
WHERE c.status = 'active' AND c.started_us < :before
	AND (c.started_us, c.call_id, c.tenant_id) > (:after_us, :after_id, :after_tenant)
	AND (:tenant_id IS NULL OR c.tenant_id = :tenant_id)
ORDER BY c.started_us + 0, c.call_id, c.tenant_id LIMIT :limit
