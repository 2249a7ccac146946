-- A step as a row of the voice app tells it now.  Uses the primary key.
UPDATE cm_latency SET call_no = :call_no, turn_id = :turn_id, series_id = :series_id, component = :component, provider = :provider,
		model = :model, at_us = :at_us, duration_us = :duration_us, bin = :bin, metadata = :metadata
	WHERE latency_id = :latency_id
