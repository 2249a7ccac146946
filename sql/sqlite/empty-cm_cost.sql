-- Removes some rows.  Uses the rowid.
DELETE FROM cm_cost WHERE rowid IN (SELECT rowid FROM cm_cost LIMIT :limit)
