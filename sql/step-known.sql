-- What a step is, but for its call.  Uses the primary key.
SELECT at_us, duration_us, provider, model FROM cm_latency WHERE latency_id = :latency_id
