-- When a call started; no row where there is none.  Uses the primary key.
SELECT started_us FROM cm_call WHERE call_id = :call_id
