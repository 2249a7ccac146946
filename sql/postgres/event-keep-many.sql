-- Keeps events of unknown types.
INSERT INTO cm_event_kept (event_type, event_id, tenant_id, call_id, at_us, body)
	SELECT * FROM unnest(:type::text[], :event_id::text[], :tenant_id::text[], :call_id::text[], :at::bigint[], :body::text[])
