-- The facts of a call become those of another.  Uses the index by call.
UPDATE cm_latency SET call_no = :into WHERE call_no = :call_no
