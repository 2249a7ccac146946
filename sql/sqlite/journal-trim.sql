-- Removes what was taken from the journal, some of it at a time, but for its last row.  Uses the primary key.
DELETE FROM callmetrics_journal WHERE journal_id IN (SELECT journal_id FROM callmetrics_journal
	WHERE journal_id <= :until AND journal_id < (SELECT max(journal_id) FROM callmetrics_journal) ORDER BY journal_id LIMIT :most)
