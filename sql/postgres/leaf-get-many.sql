-- The same of many calls, each with its number among those asked for.  Uses the primary key.
SELECT w.number, e.least, e.until, e.by_id, e.keys
FROM unnest(:call_no::bigint[], :key::bigint[]) WITH ORDINALITY w (call_no, key, number)
	CROSS JOIN LATERAL (SELECT l.least, l.until, l.by_id, l.keys FROM cm_call_event l
		WHERE l.call_no = w.call_no AND l.least <= w.key ORDER BY l.least DESC LIMIT 1) e
