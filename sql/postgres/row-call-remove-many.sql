-- Calls whose rows the voice app has taken away, where no row of it speaks of them and no event was of them.  Uses the primary key and the
-- indexes of facts by call.
DELETE FROM cm_call c USING unnest(:call_no::bigint[]) w (call_no)
WHERE c.call_no = w.call_no AND c.status IS NULL
	AND NOT EXISTS (SELECT 1 FROM cm_call_event f WHERE f.call_no = c.call_no)
	AND NOT EXISTS (SELECT 1 FROM cm_latency f WHERE f.call_no = c.call_no)
	AND NOT EXISTS (SELECT 1 FROM cm_transcript f WHERE f.call_no = c.call_no)
	AND NOT EXISTS (SELECT 1 FROM cm_mark f WHERE f.call_no = c.call_no)
	AND NOT EXISTS (SELECT 1 FROM cm_turn f WHERE f.call_no = c.call_no)
	AND NOT EXISTS (SELECT 1 FROM cm_cost f WHERE f.call_no = c.call_no)
	AND NOT EXISTS (SELECT 1 FROM cm_event_kept f WHERE f.call_no = c.call_no)
