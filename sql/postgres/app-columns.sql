-- The columns of a table of the voice app: name, type, place in the primary key, whether it is unique by itself, whether it is the row's
-- own number, and of the table whether rows have numbers and what it is.  Where rows lie in partitions no column is unique by itself but
-- that by which they are divided: there the first of a unique index counts as one.  A table in a schema that the role may not use is not
-- missing: to look there fails.  Reads the catalogue.
SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), 0::bigint,
	EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
		AND i.indexprs IS NULL AND (i.indnkeyatts = 1 OR c.relkind = 'p') AND i.indkey[0] = a.attnum),
	EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND (i.indnkeyatts = 1 OR c.relkind = 'p')
		AND i.indkey[0] = a.attnum),
	false, CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view' ELSE 'none' END
FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.oid = coalesce((SELECT to_regclass(format('%I.%I', n.nspname, hidden.relname))
		FROM pg_class hidden JOIN pg_namespace n ON n.oid = hidden.relnamespace
		WHERE hidden.relname = :table AND quote_ident(n.nspname) = ANY (string_to_array(current_setting('search_path'), ', '))
			AND NOT has_schema_privilege(n.oid, 'USAGE') LIMIT 1), to_regclass(:table))
ORDER BY a.attnum
