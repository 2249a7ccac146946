-- Whether a trigger of that text is on that table.  Scans the schema.
SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = :table AND sql = :text
