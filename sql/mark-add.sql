-- Notes an instant of a call or turn; again is once.  Uses the primary key.
INSERT INTO cm_mark (call_id, turn_id, mark, at_us) VALUES (:call_id, :turn_id, :mark, :at) ON CONFLICT DO NOTHING
