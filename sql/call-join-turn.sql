-- The facts of a call become those of another.  Uses the primary key.
UPDATE cm_turn SET call_no = :into WHERE call_no = :call_no AND NOT EXISTS (SELECT 1 FROM cm_turn o WHERE o.call_no = :into AND o.turn_id = cm_turn.turn_id)
