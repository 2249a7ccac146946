-- Removes some rows.  Uses the primary key.
DELETE FROM cm_event WHERE (key_1, key_2) IN (SELECT key_1, key_2 FROM cm_event LIMIT :limit)
