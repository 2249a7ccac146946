-- Removes some rows.  Uses the rowid.
DELETE FROM cm_health WHERE rowid IN (SELECT rowid FROM cm_health LIMIT :limit)
