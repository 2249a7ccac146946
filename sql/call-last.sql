-- The highest number of a call; null where there is none.  Uses the primary key.
SELECT max(call_no) FROM cm_call
