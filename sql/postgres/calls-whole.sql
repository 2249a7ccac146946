-- What is known of calls, a row for each: as call-known.  Uses the primary keys and cm_transcript_call.
@callsknown(c.metadata)@
