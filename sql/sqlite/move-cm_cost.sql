-- The billed uses that are still to be copied into another database, in the order of its columns.  Uses the primary key.
SELECT cost_id, call_id, turn_id, tenant_id, provider, model, service, usage_micro, usage_unit, cost_nusd, price_id, at_us
FROM cm_cost ORDER BY cost_id LIMIT -1 OFFSET :done
