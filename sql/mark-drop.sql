-- Takes an instant back.  Uses the primary key.
DELETE FROM cm_mark WHERE call_id = :call_id AND turn_id = :turn_id AND mark = :mark AND at_us = :at
