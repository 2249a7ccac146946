-- The first instant of a kind.  Uses the primary key.
SELECT min(at_us) FROM cm_mark WHERE call_id = :call_id AND turn_id = :turn_id AND mark = :mark
