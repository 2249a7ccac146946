-- Things of others that have a name we would take.  Reads the catalogue.
SELECT count(*) FROM pg_class WHERE relname = 'callmetrics_journal' AND relnamespace = current_schema()::regnamespace AND relkind <> 'r'
