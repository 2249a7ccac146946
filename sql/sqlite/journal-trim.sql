-- Removes what was taken from the journal, some of it at a time, but for the last row of it.  Uses the primary key.
DELETE FROM callmetrics_journal WHERE journal_id IN (SELECT journal_id FROM callmetrics_journal
	WHERE journal_id < :until ORDER BY journal_id LIMIT :most)
