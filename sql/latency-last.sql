-- The highest number of a step; null where there is none.  Uses the primary key.
SELECT max(latency_id) FROM cm_latency
