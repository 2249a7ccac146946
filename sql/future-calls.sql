-- How many calls that a voice app tells begin in the future.  Uses call_started.
SELECT count(*) FROM cm_call WHERE started_us > :after AND source_id IS NOT NULL
