-- When the first and the last call started; null where there is none.  Uses cm_call_started, once for each end.
SELECT (SELECT min(started_us) FROM cm_call), (SELECT max(started_us) FROM cm_call)
