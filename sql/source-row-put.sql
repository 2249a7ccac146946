-- Notes what a row of the voice app is a fact as.  Uses the primary key.
INSERT INTO cm_source_row (source, row_key, fact_id, checksum) VALUES (:source, :row_key, :fact_id, :checksum)
	ON CONFLICT (source, row_key) DO UPDATE SET fact_id = excluded.fact_id, checksum = excluded.checksum
