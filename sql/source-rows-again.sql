-- Rows of the voice app that are a call, too, of which another row has gone: they are to be read anew.  Uses source_row_call.
UPDATE cm_source_row SET checksum = 0 WHERE call_id = :call_id AND row_key <> :row_key
