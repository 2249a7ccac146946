-- The calls that are still to be copied into another database, in the order of its columns.  Uses the rowid.
SELECT call_id, series_id, call_type, caller_number, callee_number, started_us, ended_us, duration_us, bin, status,
	failure_reason, has_audio, has_transcript, metadata
FROM cm_call ORDER BY rowid LIMIT -1 OFFSET :done
