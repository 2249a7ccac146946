-- The journal in a voice app's own file: which rows were written, by their keys, of whatever type those are.  It is shortened but for
-- its last row, so that a number is never given twice.
CREATE TABLE IF NOT EXISTS callmetrics_journal (journal_id INTEGER PRIMARY KEY, source INTEGER, row_key, old_key)
