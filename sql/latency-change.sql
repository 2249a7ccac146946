-- Times a step anew.  Uses the primary key.
UPDATE cm_latency SET at_us = :at, duration_us = :duration_us, bin = :bin, provider = :provider, model = :model
	WHERE latency_id = :latency_id
