-- What is known of a turn: its marks and, as a mark of no name, its step and whether the sender measured it.  Uses the primary keys.
SELECT call_id, turn_id, mark, at_us, 0, 0 FROM cm_mark WHERE call_id = :call_id AND turn_id = :turn_id
UNION ALL
SELECT call_id, turn_id, '', latency_id, measured, at_us FROM cm_turn WHERE call_id = :call_id AND turn_id = :turn_id
