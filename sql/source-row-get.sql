-- What a row of the voice app is a fact as, and the sum of what was read of it.  Uses the primary key.
SELECT fact_id, checksum FROM cm_source_row WHERE source = :source AND row_key = :row_key
