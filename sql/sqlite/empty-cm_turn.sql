-- Removes some rows.  Uses the primary key.
DELETE FROM cm_turn WHERE (call_id, turn_id) IN (SELECT call_id, turn_id FROM cm_turn LIMIT :limit)
