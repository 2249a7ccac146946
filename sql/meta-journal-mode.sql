-- The journal mode that the database had before it was attached.  Uses the primary key.
SELECT value FROM cm_meta WHERE key = 'journal_mode'
