-- How many rows the journal has up to one, as far as that matters, and the last of them.  Uses the primary key.
SELECT count(*), (SELECT max(journal_id) FROM callmetrics_journal WHERE journal_id <= :until)
FROM (SELECT FROM callmetrics_journal WHERE journal_id <= :until LIMIT 100000) j
