-- The instants that are still to be copied into another database, in the order of its columns.  Uses the primary key.
SELECT call_id, turn_id, mark, at_us
FROM cm_mark ORDER BY call_id, turn_id, mark, at_us LIMIT -1 OFFSET :done
