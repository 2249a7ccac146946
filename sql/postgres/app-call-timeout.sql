-- Ends a call in the voice app's own table, in the types and the form in which that keeps its times.  Uses its primary key.
UPDATE calls SET status = 'timeout', duration_seconds = CAST(:duration_seconds AS double precision),
	ended_at = cm_time_like(CAST(:ended_at AS text), CAST(started_at AS text), ended_at)
WHERE call_id = :call_id
