-- Takes a row of cm_meta away.  Uses the primary key.
DELETE FROM cm_meta WHERE key = :key
