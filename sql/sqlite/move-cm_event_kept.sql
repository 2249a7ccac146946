-- The events of unknown types that are still to be copied into another database, in the order of its columns.  Uses the primary key.
SELECT kept_id, event_type, event_id, tenant_id, call_id, at_us, body
FROM cm_event_kept ORDER BY kept_id LIMIT -1 OFFSET :done
