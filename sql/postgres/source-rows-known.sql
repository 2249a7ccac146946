-- What rows of the voice app are facts as, and the sums of what was read of them.  Uses the primary key.
SELECT s.row_key, s.fact_id, s.checksum, s.call_id FROM unnest(:row_key) w (row_key) JOIN cm_source_row s ON s.source = :source AND s.row_key = w.row_key
