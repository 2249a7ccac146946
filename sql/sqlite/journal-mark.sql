-- The mark of a row of the journal.  Uses the primary key.
SELECT mark FROM callmetrics_journal WHERE journal_id = :journal_id
