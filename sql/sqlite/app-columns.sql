-- The columns of a table of the voice app: name, type, place in the primary key, whether it is unique by itself, whether it is the row's
-- own number, and of the table whether rows have numbers and what it is.  Reads the schema.
SELECT x.name, x.type, x.pk,
	(x.pk = 1 AND (SELECT count(*) FROM pragma_table_xinfo(:table) y WHERE y.pk > 0) = 1)
		OR EXISTS (SELECT 1 FROM pragma_index_list(:table) i WHERE i."unique" AND NOT i.partial
			AND (SELECT count(*) FROM pragma_index_info(i.name)) = 1
			AND (SELECT n.name FROM pragma_index_info(i.name) n) = x.name),
	x.pk = 1 AND upper(x.type) = 'INTEGER' AND NOT t.wr AND (SELECT count(*) FROM pragma_table_xinfo(:table) y WHERE y.pk > 0) = 1
		AND NOT EXISTS (SELECT 1 FROM pragma_index_list(:table) i WHERE i.origin = 'pk'),
	NOT t.wr, t.type
FROM pragma_table_list t LEFT JOIN pragma_table_xinfo(:table) x
WHERE t.schema = 'main' AND lower(t.name) = :table ORDER BY x.cid
