-- Takes the first rows out of the journal.  Uses the primary key.
DELETE FROM callmetrics_journal WHERE journal_id IN (SELECT journal_id FROM callmetrics_journal ORDER BY journal_id LIMIT :most)
RETURNING source, row_key, old_key
