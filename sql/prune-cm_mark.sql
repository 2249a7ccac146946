-- Removes some instants of turns before an instant.  Uses cm_mark_at.
DELETE FROM cm_mark WHERE (call_id, turn_id, mark, at_us) IN
	(SELECT call_id, turn_id, mark, at_us FROM cm_mark WHERE at_us < :before LIMIT :limit)
