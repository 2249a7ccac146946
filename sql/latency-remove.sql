-- A step whose row the voice app has taken away.  Uses the primary key.
DELETE FROM cm_latency WHERE latency_id = :latency_id
