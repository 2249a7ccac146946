-- Removes some events of unknown types before an instant.  Uses cm_event_kept_at.
DELETE FROM cm_event_kept WHERE at_us < :before AND kept_id IN
	(SELECT kept_id FROM cm_event_kept WHERE at_us < :before LIMIT :limit)
