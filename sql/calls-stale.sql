-- Active calls that began before an instant, oldest first, after a given one.  Uses cm_call_active, not the order of cm_call_started.
SELECT c.call_id, c.call_type, c.started_us
FROM cm_call c CROSS JOIN cm_series s
WHERE c.status = 'active' AND c.started_us < :before
	AND (c.started_us > :after_us OR (c.started_us = :after_us AND c.call_id > :after_id))
	AND s.series_id = c.series_id AND (:tenant_id IS NULL OR s.tenant_id = :tenant_id)
ORDER BY c.started_us + 0, c.call_id LIMIT :limit
