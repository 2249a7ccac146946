-- Rows of the voice app that are known, in the order of their keys: the first ones.  Uses the primary key.
SELECT row_key FROM cm_source_row WHERE source = :source ORDER BY row_key LIMIT :most
