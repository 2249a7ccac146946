-- Stores billed uses.
INSERT INTO cm_cost (call_id, turn_id, tenant_id, provider, model, service, usage_micro, usage_unit, cost_nusd, price_id, at_us)
	SELECT * FROM unnest(:call_id::text[], :turn_id::text[], :tenant_id::text[], :provider::text[], :model::text[],
		:service::text[], :usage_micro::bigint[], :usage_unit::text[], :cost_nusd::bigint[], :price_id::bigint[], :at::bigint[])
