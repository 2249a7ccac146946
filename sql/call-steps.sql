-- The steps of a call that carry other labels than it does.  Uses cm_latency_call.
SELECT series_id, component, at_us, duration_us, :series_id FROM cm_latency WHERE call_no = :call_no AND series_id <> :series_id
