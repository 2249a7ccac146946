-- The facts of a call become those of another.  Uses the primary key.
UPDATE cm_mark SET call_no = :into WHERE call_no = :call_no AND NOT EXISTS (SELECT 1 FROM cm_mark o WHERE o.call_no = :into AND o.turn_id = cm_mark.turn_id AND o.mark = cm_mark.mark AND o.at_us = cm_mark.at_us)
