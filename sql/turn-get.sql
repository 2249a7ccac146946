-- The step of a turn, and whether the sender measured it.  Uses the primary key.
SELECT latency_id, measured FROM cm_turn WHERE call_id = :call_id AND turn_id = :turn_id
