-- Things of others that have a name we would take.  Scans the schema.
SELECT count(*) FROM sqlite_master WHERE name LIKE 'callmetrics!_%' ESCAPE '!' AND sql NOT LIKE '%callmetrics!_journal%' ESCAPE '!'
