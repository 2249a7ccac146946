-- Removes some rows.  Uses the rowid.
DELETE FROM cm_event_kept WHERE rowid IN (SELECT rowid FROM cm_event_kept LIMIT :limit)
