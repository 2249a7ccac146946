-- Stores readings.
INSERT INTO cm_health (tenant_id, component, component_id, status, state, readings, at_us)
	SELECT * FROM unnest(:tenant_id::text[], :component::text[], :component_id::text[], :status::text[], :state::text[],
		:readings::text[], :at::bigint[])
