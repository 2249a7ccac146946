-- A call that was found to be another, whose facts have gone over to that.  Uses the primary key.
DELETE FROM cm_call WHERE call_no = :call_no
