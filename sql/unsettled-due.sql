-- Calls that are due to be counted, the first of them first; one that is gone has no series.  Uses cm_unsettled_due and the primary key.
SELECT u.call_no, c.series_id, c.status, c.call_type, c.failure_reason, CASE WHEN c.bin IS NOT NULL THEN c.duration_us END
FROM cm_unsettled u LEFT JOIN cm_call c ON c.call_no = u.call_no
WHERE u.due_us <= :until
ORDER BY u.due_us LIMIT :limit
