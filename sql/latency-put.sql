-- A step as a row of the voice app tells it now; one whose call is not there keeps the labels that it had.  Uses the primary key.
UPDATE cm_latency SET call_id = :call_id, turn_id = :turn_id,
		series_id = coalesce(:series_id, CASE WHEN call_id = :call_id THEN series_id ELSE 1 END), component = :component,
		provider = :provider, model = :model, at_us = :at_us, duration_us = :duration_us, bin = :bin, metadata = :metadata
	WHERE latency_id = :latency_id
