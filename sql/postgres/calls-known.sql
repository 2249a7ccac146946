-- What is known of calls, a row for each: as call-known, but that metadata is not read.  Uses the primary keys and cm_transcript_call.
@callsknown(NULL)@
