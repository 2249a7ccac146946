-- Whether a table or view is there.
SELECT count(*) FROM sqlite_master WHERE name = :name AND type IN ('table', 'view')
