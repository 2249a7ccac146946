-- Forgets a row of the voice app.  Uses the primary key.
DELETE FROM cm_source_row WHERE source = :source AND row_key = :row_key
