-- What is known of calls, a row for each with its number among those asked for: as call-known, but that metadata is not read.  Uses the
-- unique index and the keys.
@callsknown(NULL)@
