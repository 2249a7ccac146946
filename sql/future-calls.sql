-- How many calls that a voice app tells begin in the future, as far as that matters.  Uses call_started.
SELECT count(*) FROM (SELECT 1 FROM cm_call WHERE started_us > :after AND source_id IS NOT NULL LIMIT 100000) f
