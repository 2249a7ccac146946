-- A text of cm_meta.  Uses the primary key.
SELECT value FROM cm_meta WHERE key = :key
