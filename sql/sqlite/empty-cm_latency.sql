-- Removes some rows.  Uses the primary key.
DELETE FROM cm_latency WHERE latency_id IN (SELECT latency_id FROM cm_latency LIMIT :limit)
