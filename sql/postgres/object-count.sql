-- Whether something of that name is there.
SELECT (SELECT count(*) FROM pg_class WHERE relname = :name AND relnamespace = current_schema()::regnamespace)
	+ (SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
		WHERE t.tgname = :name AND c.relnamespace = current_schema()::regnamespace)
	+ (SELECT count(*) FROM pg_proc WHERE proname = :name AND pronamespace = current_schema()::regnamespace)
