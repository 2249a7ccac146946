-- The jobs that run for good: who works, and for how long nobody has heard of it.  A handful of rows.
SELECT name, host, pid, CASE WHEN until_us > 0 THEN 1 ELSE 0 END, ((extract(epoch FROM clock_timestamp()) * 1000000)::bigint - beat_us) / 1000, until_us - beat_us, problem, figures
FROM cm_job
ORDER BY name
