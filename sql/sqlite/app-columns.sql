-- The columns of a table of the voice app: name, type, place in the primary key, whether a row is known by it alone (unique byte for
-- byte, and of a type that keeps its values apart), whether it is the row's own number, and of the table whether rows have numbers and
-- what it is; whether it may be null.  Reads the schema.
SELECT x.name, x.type, x.pk,
	EXISTS (SELECT 1 FROM pragma_index_list(:table) i WHERE i."unique" AND NOT i.partial
			AND (SELECT count(*) FROM pragma_index_info(i.name)) = 1
			AND (SELECT n.name = x.name AND n.coll = 'BINARY' FROM pragma_index_xinfo(i.name) n WHERE n.seqno = 0))
		AND (x.type LIKE '%INT%' OR x.type LIKE '%CHAR%' OR x.type LIKE '%CLOB%' OR x.type LIKE '%TEXT%'),
	x.pk = 1 AND upper(x.type) = 'INTEGER' AND NOT t.wr AND (SELECT count(*) FROM pragma_table_xinfo(:table) y WHERE y.pk > 0) = 1
		AND NOT EXISTS (SELECT 1 FROM pragma_index_list(:table) i WHERE i.origin = 'pk'),
	NOT t.wr, t.type, NOT x."notnull" AND NOT (t.wr AND x.pk > 0)
FROM pragma_table_list t LEFT JOIN pragma_table_xinfo(:table) x
WHERE t.schema = 'main' AND lower(t.name) = :table ORDER BY x.cid
