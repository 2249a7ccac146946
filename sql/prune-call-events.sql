-- Forgets which events were taken of the calls that prune-cm_call removes next.  Uses the same, and the primary key.
DELETE FROM cm_call_event WHERE call_no IN
	(SELECT call_no FROM (SELECT c.call_no FROM cm_call c WHERE c.started_us < :before AND c.status <> 'active'
		AND NOT EXISTS (SELECT 1 FROM cm_latency f WHERE f.call_no = c.call_no)
		AND NOT EXISTS (SELECT 1 FROM cm_transcript f WHERE f.call_no = c.call_no)
		AND NOT EXISTS (SELECT 1 FROM cm_mark f WHERE f.call_no = c.call_no)
		AND NOT EXISTS (SELECT 1 FROM cm_turn f WHERE f.call_no = c.call_no)
		AND NOT EXISTS (SELECT 1 FROM cm_cost f WHERE f.call_no = c.call_no)
		AND NOT EXISTS (SELECT 1 FROM cm_event_kept f WHERE f.call_no = c.call_no)
	UNION ALL SELECT c.call_no FROM cm_call c WHERE c.status IS NULL
		AND NOT EXISTS (SELECT 1 FROM cm_latency f WHERE f.call_no = c.call_no)
		AND NOT EXISTS (SELECT 1 FROM cm_transcript f WHERE f.call_no = c.call_no)
		AND NOT EXISTS (SELECT 1 FROM cm_mark f WHERE f.call_no = c.call_no)
		AND NOT EXISTS (SELECT 1 FROM cm_turn f WHERE f.call_no = c.call_no)
		AND NOT EXISTS (SELECT 1 FROM cm_cost f WHERE f.call_no = c.call_no)
		AND NOT EXISTS (SELECT 1 FROM cm_event_kept f WHERE f.call_no = c.call_no)) gone LIMIT :limit)
