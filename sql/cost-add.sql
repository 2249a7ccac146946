-- Stores a billed use.
INSERT INTO cm_cost (call_id, turn_id, tenant_id, provider, model, service, usage_micro, usage_unit, cost_nusd, price_id, at_us)
	VALUES (:call_id, :turn_id, :tenant_id, :provider, :model, :service, :usage_micro, :usage_unit, :cost_nusd, :price_id, :at)
