-- Removes some readings before an instant.  Uses cm_health_at.
DELETE FROM cm_health WHERE at_us < :before AND health_id IN
	(SELECT health_id FROM cm_health WHERE at_us < :before LIMIT :limit)
