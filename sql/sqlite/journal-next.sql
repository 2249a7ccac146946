-- The row of the journal after one.  Uses the primary key.
SELECT min(journal_id) FROM callmetrics_journal WHERE journal_id > :after
