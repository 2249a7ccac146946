-- What is known of calls, likewise: as call-known.  Uses the unique index and the keys.
@callsknown(c.metadata)@
