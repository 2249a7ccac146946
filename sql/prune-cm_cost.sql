-- Removes some billed uses before an instant.  Uses cm_cost_at.
DELETE FROM cm_cost WHERE at_us < :before AND cost_id IN
	(SELECT cost_id FROM cm_cost WHERE at_us < :before LIMIT :limit)
