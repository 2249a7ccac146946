-- The last row of the journal.  Uses the primary key.
SELECT journal_id, mark FROM callmetrics_journal ORDER BY journal_id DESC LIMIT 1
