-- The last row of the journal.  Uses the primary key.
SELECT max(journal_id) FROM callmetrics_journal
