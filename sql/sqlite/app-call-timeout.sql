-- Ends a call in the voice app's own table, in the form in which that writes its times.  Uses its primary key.
UPDATE calls SET status = 'timeout', duration_seconds = :duration_seconds,
	ended_at = substr(:ended_at, 1, 10) || substr(started_at, 11, 1) || substr(:ended_at, 12, 15)
		|| CASE WHEN started_at GLOB '*Z' THEN 'Z' WHEN started_at GLOB '*[+-][0-9][0-9]:[0-9][0-9]' THEN '+00:00' ELSE '' END
WHERE call_id = :call_id
