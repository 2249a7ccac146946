-- Where the voice app's tables are looked for from now on, by whomever: in the schemas in which this session finds them by what its URL,
-- its role or the database say.  Those that are followed are kept to; another app's are refused where the URL names them.  Catalogues only.
DO $$
DECLARE
	former text := current_setting('search_path');
	followed regclass := to_regclass('calls');
	found regclass;
BEGIN
	PERFORM set_config('search_path', concat_ws(', ', 'callmetrics', nullif(reset_val, '')), false) FROM pg_settings WHERE name = 'search_path';
	found := to_regclass('calls');
	IF found IS NULL OR found <> followed AND current_setting('callmetrics.path_from', true) IS DISTINCT FROM 'client' THEN
		PERFORM set_config('search_path', former, false);
		RETURN;
	ELSIF found <> followed THEN
		RAISE EXCEPTION 'the table %.calls is followed here already, and %.calls is another',
			(SELECT relnamespace::regnamespace FROM pg_class WHERE oid = followed),
			(SELECT relnamespace::regnamespace FROM pg_class WHERE oid = found)
			USING HINT = 'One database has the calls of one app: detach the one before the other is attached';
	ELSIF found = followed THEN
		PERFORM set_config('search_path', former, false);
	END IF;
	IF to_regclass('callmetrics.cm_meta') IS NULL THEN
		RETURN;
	END IF;
	-- What was written since they are not where they were is in no journal any more, perhaps: all rows are to be read.
	INSERT INTO callmetrics.cm_meta (key, value) SELECT 'follow_sweep', '2' WHERE followed IS NULL
		ON CONFLICT (key) DO UPDATE SET value = excluded.value;
	INSERT INTO callmetrics.cm_meta (key, value)
		SELECT 'app_path', string_agg(quote_ident(schema), ', ' ORDER BY place)
		FROM unnest(current_schemas(false)) WITH ORDINALITY s (schema, place) WHERE schema <> 'callmetrics'
		ON CONFLICT (key) DO UPDATE SET value = CASE WHEN followed IS NULL THEN excluded.value ELSE cm_meta.value END;
END
$$;
