-- Whether the journal is there.  Reads the catalogue.
SELECT CASE WHEN to_regclass('callmetrics_journal') IS NULL THEN 0 ELSE 1 END
