-- The journal in a voice app's own file: which rows were written, by their keys, of whatever type those are.  It is shortened but for
-- the last row that was taken, whose mark tells whether it is the same still: after the file was restored, or the machine lost power, a
-- number may be given twice.
CREATE TABLE IF NOT EXISTS callmetrics_journal (journal_id INTEGER PRIMARY KEY, source INTEGER, row_key, old_key,
	mark INTEGER DEFAULT (random()))
