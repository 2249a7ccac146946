-- How many of our triggers are on that table, fire always and note what they are to note.  Reads the catalogue.
SELECT count(*) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgrelid = to_regclass(:table) AND t.tgenabled = 'A' AND p.prosrc = :text AND p.pronamespace = to_regnamespace('callmetrics')
	AND t.tgname IN ('callmetrics_' || :table || '_noted', 'callmetrics_' || :table || '_emptied')
