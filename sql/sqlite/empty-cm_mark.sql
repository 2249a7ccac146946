-- Removes some rows.  Uses the primary key.
DELETE FROM cm_mark WHERE (call_id, turn_id, mark, at_us) IN (SELECT call_id, turn_id, mark, at_us FROM cm_mark LIMIT :limit)
