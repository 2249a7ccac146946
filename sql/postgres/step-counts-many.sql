-- The same of several steps.  Uses the primary key.
SELECT l.latency_id, l.series_id, l.component, l.at_us, l.duration_us
FROM unnest(:latency_id::bigint[]) w (latency_id) JOIN cm_latency l ON l.latency_id = w.latency_id
