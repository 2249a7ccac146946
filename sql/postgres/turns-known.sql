-- What is known of turns: the rows of turn-known.  Uses the primary keys.
SELECT m.call_id, m.turn_id, m.mark, m.at_us, 0, 0
FROM unnest(:call_id::text[], :turn_id::text[]) w (call_id, turn_id)
	JOIN cm_mark m ON m.call_id = w.call_id AND m.turn_id = w.turn_id
UNION ALL
SELECT t.call_id, t.turn_id, '', t.latency_id, t.measured, t.at_us
FROM unnest(:call_id::text[], :turn_id::text[]) w (call_id, turn_id)
	JOIN cm_turn t ON t.call_id = w.call_id AND t.turn_id = w.turn_id
