-- Times steps anew, each once.  Uses the primary key.
UPDATE cm_latency l SET at_us = w.at, duration_us = w.duration_us, bin = w.bin, provider = w.provider, model = w.model
FROM unnest(:latency_id::bigint[], :at::bigint[], :duration_us::bigint[], :bin::bigint[], :provider::text[], :model::text[])
	w (latency_id, at, duration_us, bin, provider, model)
WHERE l.latency_id = w.latency_id
