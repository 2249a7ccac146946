-- Removes some calls that ended and started before an instant.  Uses cm_call_started.
DELETE FROM cm_call WHERE call_id IN
	(SELECT call_id FROM cm_call WHERE started_us < :before AND status <> 'active' LIMIT :limit)
