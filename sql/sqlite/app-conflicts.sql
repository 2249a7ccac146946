-- What else is unique in a table of the voice app, each as the condition that a row t is in the way of the row NEW; and of a partial
-- index its text.  INSERT OR REPLACE takes such rows away and fires no trigger.  Reads the schema.
SELECT group_concat('t."' || replace(n.name, '"', '""') || '" = NEW."' || replace(n.name, '"', '""') || '" COLLATE "' || n.coll || '"',
		' AND '),
	CASE WHEN i.partial THEN (SELECT sql FROM sqlite_master WHERE type = 'index' AND name = i.name) END
FROM pragma_index_list(:table) i, pragma_index_xinfo(i.name) n
WHERE i."unique" AND n.key
GROUP BY i.seq
HAVING count(n.name) = count(*)
	AND NOT (count(*) = 1 AND NOT i.partial AND '"' || replace(max(n.name), '"', '""') || '"' = :key AND max(n.coll) = 'BINARY')
UNION ALL
SELECT 't."' || replace(x.name, '"', '""') || '" = NEW."' || replace(x.name, '"', '""') || '"', NULL
FROM pragma_table_list t, pragma_table_xinfo(:table) x
WHERE t.schema = 'main' AND lower(t.name) = :table AND x.pk = 1 AND upper(x.type) = 'INTEGER' AND NOT t.wr
	AND (SELECT count(*) FROM pragma_table_xinfo(:table) y WHERE y.pk > 0) = 1
	AND NOT EXISTS (SELECT 1 FROM pragma_index_list(:table) i WHERE i.origin = 'pk')
	AND '"' || replace(x.name, '"', '""') || '"' <> :key
