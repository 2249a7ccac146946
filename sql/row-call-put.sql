-- Stores a call as a row of the voice app tells it or speaks of it, in place of all that is known of it.  Uses the primary key.
INSERT INTO cm_call (call_no, tenant_id, call_id, series_id, call_type, caller_number, callee_number, started_us, ended_us,
		duration_us, bin, status, failure_reason, has_audio, has_transcript, metadata, claims, source_id)
	VALUES (:call_no, :tenant_id, :call_id, :series_id, :call_type, :caller_number, :callee_number, :started_us, :ended_us,
		:duration_us, :bin, :status, :failure_reason, :has_audio, :has_transcript, :metadata, :claims, :source_id)
	ON CONFLICT (call_no) DO UPDATE SET tenant_id = excluded.tenant_id, series_id = excluded.series_id,
		call_type = excluded.call_type, caller_number = excluded.caller_number, callee_number = excluded.callee_number,
		started_us = excluded.started_us, ended_us = excluded.ended_us, duration_us = excluded.duration_us,
		bin = excluded.bin, status = excluded.status, failure_reason = excluded.failure_reason,
		has_audio = excluded.has_audio, has_transcript = excluded.has_transcript,
		metadata = excluded.metadata, claims = excluded.claims,
		source_id = excluded.source_id
