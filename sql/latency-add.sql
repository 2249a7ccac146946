-- Stores a timed step.
INSERT INTO cm_latency (latency_id, call_id, turn_id, series_id, component, provider, model, at_us, duration_us, bin,
		metadata)
	VALUES (:latency_id, :call_id, :turn_id, :series_id, :component, :provider, :model, :at, :duration_us, :bin,
		:metadata)
