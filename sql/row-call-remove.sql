-- A call whose row the voice app has taken away.  Uses the primary key.
DELETE FROM cm_call WHERE call_id = :call_id
