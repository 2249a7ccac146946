-- The same of several calls; with what the labels of each are now.  Uses cm_latency_call.
SELECT l.series_id, l.component, l.at_us, l.duration_us, w.series_id
FROM unnest(:call_no::bigint[], :series_id::bigint[]) w (call_no, series_id)
	CROSS JOIN LATERAL (SELECT * FROM cm_latency l WHERE l.call_no = w.call_no AND l.series_id <> w.series_id OFFSET 0) l
