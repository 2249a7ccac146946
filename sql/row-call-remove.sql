-- A call whose row the voice app has taken away, where no row of it speaks of it and no event was of it.  Uses the primary key and the
-- indexes of facts by call.
DELETE FROM cm_call WHERE call_no = :call_no AND status IS NULL
	AND NOT EXISTS (SELECT 1 FROM cm_call_event f WHERE f.call_no = cm_call.call_no)
	AND NOT EXISTS (SELECT 1 FROM cm_latency f WHERE f.call_no = cm_call.call_no)
	AND NOT EXISTS (SELECT 1 FROM cm_transcript f WHERE f.call_no = cm_call.call_no)
	AND NOT EXISTS (SELECT 1 FROM cm_mark f WHERE f.call_no = cm_call.call_no)
	AND NOT EXISTS (SELECT 1 FROM cm_turn f WHERE f.call_no = cm_call.call_no)
	AND NOT EXISTS (SELECT 1 FROM cm_cost f WHERE f.call_no = cm_call.call_no)
	AND NOT EXISTS (SELECT 1 FROM cm_event_kept f WHERE f.call_no = cm_call.call_no)
