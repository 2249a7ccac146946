-- Removes what was taken from the journal, some of it at a time, but for the last row of it, and only while that is what it was when it
-- was taken: in a file that was restored meanwhile the same numbers name other rows.  Uses the primary key.
DELETE FROM callmetrics_journal WHERE journal_id IN (SELECT journal_id FROM callmetrics_journal
	WHERE journal_id < :until ORDER BY journal_id LIMIT :most)
	AND EXISTS (SELECT 1 FROM callmetrics_journal WHERE journal_id = :until AND mark = :mark)
