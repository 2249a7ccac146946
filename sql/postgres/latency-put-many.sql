-- Steps as rows of the voice app tell them now; one whose call is not there keeps the labels that it had.  Uses the primary key.
UPDATE cm_latency l SET call_id = w.call_id, turn_id = w.turn_id,
		series_id = coalesce(w.series_id, CASE WHEN l.call_id = w.call_id THEN l.series_id ELSE 1 END), component = w.component,
		provider = w.provider, model = w.model, at_us = w.at_us, duration_us = w.duration_us, bin = w.bin, metadata = w.metadata
FROM unnest(:latency_id::bigint[], :call_id::text[], :turn_id::text[], :series_id::bigint[], :component::text[], :provider::text[],
		:model::text[], :at_us::bigint[], :duration_us::bigint[], :bin::bigint[], :metadata::text[])
	w (latency_id, call_id, turn_id, series_id, component, provider, model, at_us, duration_us, bin, metadata)
WHERE l.latency_id = w.latency_id
