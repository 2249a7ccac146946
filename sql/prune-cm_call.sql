-- Some calls of which nothing is left but that they ended, started before an instant and are counted, or that they were spoken of: they may
-- go.  Uses cm_call_started, cm_call_untold, the key of cm_unsettled and the indexes of facts by call.
SELECT call_no FROM (SELECT c.call_no FROM cm_call c WHERE c.started_us < :before AND c.status <> 'active'
	AND NOT EXISTS (SELECT 1 FROM cm_unsettled f WHERE f.call_no = c.call_no)
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
	AND NOT EXISTS (SELECT 1 FROM cm_event_kept f WHERE f.call_no = c.call_no)) gone LIMIT :limit
