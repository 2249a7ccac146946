-- What a row of the voice app is a fact as, the sum of what was read of it, and which call it is.  Uses the primary key.
SELECT fact_id, checksum, call_id FROM cm_source_row WHERE source = :source AND row_key = :row_key
