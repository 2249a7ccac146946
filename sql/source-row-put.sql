-- Notes what a row of the voice app is a fact as.  Uses the primary key.
INSERT INTO cm_source_row (source, row_key, fact_id, checksum, call_id) VALUES (:source, :row_key, :fact_id, :checksum, :call_id)
	ON CONFLICT (source, row_key) DO UPDATE SET fact_id = excluded.fact_id, checksum = excluded.checksum, call_id = excluded.call_id
