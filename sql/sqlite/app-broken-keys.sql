-- A foreign key to a table of the voice app whose columns are not unique there: SQLite refuses writes to that table once it has a trigger.
-- The table that has it.  Reads the schema.
WITH keys AS (SELECT m.name AS child, f.id AS id, count(*) AS columns, max(f."to") IS NULL AS to_primary,
		(SELECT count(*) FROM pragma_table_xinfo(:table) x WHERE x.pk > 0) AS primaries
	FROM sqlite_master m, pragma_foreign_key_list(m.name) f
	WHERE m.type = 'table' AND lower(f."table") = :table GROUP BY m.name, f.id)
SELECT k.child FROM keys k
WHERE NOT (k.columns = k.primaries AND (k.to_primary OR NOT EXISTS (SELECT 1 FROM pragma_table_xinfo(:table) x WHERE x.pk > 0
		AND NOT EXISTS (SELECT 1 FROM pragma_foreign_key_list(k.child) g WHERE g.id = k.id AND lower(g."to") = lower(x.name)))))
	AND NOT EXISTS (SELECT 1 FROM pragma_index_list(:table) i WHERE i."unique" AND NOT i.partial
		AND (SELECT count(*) FROM pragma_index_info(i.name)) = k.columns
		AND NOT EXISTS (SELECT 1 FROM pragma_index_info(i.name) n WHERE n.name IS NULL OR lower(n.name) NOT IN (
			SELECT lower(g."to") FROM pragma_foreign_key_list(k.child) g WHERE g.id = k.id)))
LIMIT 1
