-- What is known of turns, each by its number among those asked for: the rows of turn-known.  Uses the primary keys.
SELECT w.number, m.mark, m.at_us, 0, 0
FROM unnest(:call_no::bigint[], :turn_id::text[]) WITH ORDINALITY w (call_no, turn_id, number)
	JOIN cm_mark m ON m.call_no = w.call_no AND m.turn_id = w.turn_id
UNION ALL
SELECT w.number, '', t.latency_id, t.measured, t.at_us
FROM unnest(:call_no::bigint[], :turn_id::text[]) WITH ORDINALITY w (call_no, turn_id, number)
	JOIN cm_turn t ON t.call_no = w.call_no AND t.turn_id = w.turn_id
