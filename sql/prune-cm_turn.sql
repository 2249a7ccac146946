-- Removes some turns before an instant.  Uses cm_turn_at.
DELETE FROM cm_turn WHERE (call_id, turn_id) IN (SELECT call_id, turn_id FROM cm_turn WHERE at_us < :before LIMIT :limit)
