-- How many rows could not be understood, per source and field.  Scans cm_skipped, which holds only those.
SELECT source, field, count(*) FROM cm_skipped GROUP BY source, field ORDER BY source, field
