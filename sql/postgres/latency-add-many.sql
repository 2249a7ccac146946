-- Stores timed steps.
INSERT INTO cm_latency (latency_id, call_id, turn_id, series_id, component, provider, model, at_us, duration_us, bin,
		metadata)
	SELECT * FROM unnest(:latency_id::bigint[], :call_id::text[], :turn_id::text[], :series_id::bigint[], :component::text[],
		:provider::text[], :model::text[], :at::bigint[], :duration_us::bigint[], :bin::bigint[], :metadata::text[])
