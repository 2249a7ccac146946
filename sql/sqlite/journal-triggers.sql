-- How many triggers of ours are on that table.  Scans the schema.
SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = :table AND name LIKE 'callmetrics!_%' ESCAPE '!'
