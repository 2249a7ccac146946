-- What is known of a turn: its marks and, as a mark of no name, its step, whether the sender measured it and as of when.  Uses the
-- primary keys.
SELECT 1, mark, at_us, 0, 0 FROM cm_mark WHERE call_no = :call_no AND turn_id = :turn_id
UNION ALL
SELECT 1, '', latency_id, measured, at_us FROM cm_turn WHERE call_no = :call_no AND turn_id = :turn_id
