-- Stores a call in place of what is known of it; without metadata what was there stays.  Uses the primary key.
INSERT INTO cm_call (call_no, tenant_id, call_id, series_id, call_type, caller_number, callee_number, started_us, ended_us,
		duration_us, bin, status, failure_reason, has_audio, has_transcript, metadata, claims)
	VALUES (:call_no, :tenant_id, :call_id, :series_id, :call_type, :caller_number, :callee_number, :started_us, :ended_us,
		:duration_us, :bin, :status, :failure_reason, :has_audio, :has_transcript, :metadata, :claims)
	ON CONFLICT (call_no) DO UPDATE SET tenant_id = excluded.tenant_id, series_id = excluded.series_id,
		call_type = excluded.call_type, caller_number = excluded.caller_number, callee_number = excluded.callee_number,
		started_us = excluded.started_us, ended_us = excluded.ended_us, duration_us = excluded.duration_us,
		bin = excluded.bin, status = excluded.status, failure_reason = excluded.failure_reason,
		has_audio = excluded.has_audio, has_transcript = excluded.has_transcript,
		metadata = coalesce(excluded.metadata, cm_call.metadata), claims = excluded.claims
