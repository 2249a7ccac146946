-- Whether a table, a view or a trigger of that name is there.
SELECT (SELECT count(*) FROM pg_class WHERE relname = :name AND relnamespace = CAST(current_schema() AS regnamespace))
	+ (SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
		WHERE t.tgname = :name AND c.relnamespace = CAST(current_schema() AS regnamespace))
