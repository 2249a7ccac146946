-- Removes some rows.  Uses the primary key.
DELETE FROM cm_call WHERE rowid IN (SELECT rowid FROM cm_call LIMIT :limit)
