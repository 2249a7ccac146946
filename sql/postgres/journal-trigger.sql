-- How many of our triggers are on that table and fire always.  Reads the catalogue.
SELECT count(*) FROM pg_trigger WHERE tgrelid = to_regclass(:table) AND tgenabled = 'A'
	AND tgname IN ('callmetrics_' || :table || '_noted', 'callmetrics_' || :table || '_emptied')
