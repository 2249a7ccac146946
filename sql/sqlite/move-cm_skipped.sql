-- The rows that could not be understood that are still to be copied into another database, in the order of its columns.  Uses the primary key.
SELECT source, source_id, field
FROM cm_skipped ORDER BY source, source_id LIMIT -1 OFFSET :done
