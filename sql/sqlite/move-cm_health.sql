-- The readings that are still to be copied into another database, in the order of its columns.  Uses the primary key.
SELECT health_id, tenant_id, component, component_id, status, state, readings, at_us
FROM cm_health ORDER BY health_id LIMIT -1 OFFSET :done
