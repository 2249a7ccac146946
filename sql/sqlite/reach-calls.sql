-- The last of the next :limit rows after :after; null where there is none.
SELECT max(rowid) FROM (SELECT rowid FROM calls WHERE rowid > :after ORDER BY rowid LIMIT :limit)
