-- The numbers of so many new calls.
SELECT nextval(pg_get_serial_sequence('cm_call', 'call_no')) FROM generate_series(1, :count::bigint)
