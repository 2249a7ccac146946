-- Whether the journal is there.  Scans the schema.
SELECT count(*) FROM sqlite_master WHERE name = 'callmetrics_journal' AND type = 'table'
