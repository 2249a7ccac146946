-- Notes a row that was not understood.  Uses the primary key.
INSERT INTO cm_skipped (source, source_id, field) VALUES (:source, :source_id, :field)
	ON CONFLICT (source, source_id) DO UPDATE SET field = excluded.field
