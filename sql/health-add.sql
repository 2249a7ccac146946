-- Stores a reading.
INSERT INTO cm_health (tenant_id, component, component_id, status, state, readings, at_us)
	VALUES (:tenant_id, :component, :component_id, :status, :state, :readings, :at)
