-- What a step counts as.  Uses the primary key.
SELECT latency_id, series_id, component, at_us, duration_us FROM cm_latency WHERE latency_id = :latency_id
