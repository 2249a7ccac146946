-- Keeps an event of an unknown type.
INSERT INTO cm_event_kept (event_type, event_id, tenant_id, call_id, at_us, body)
	VALUES (:type, :event_id, :tenant_id, :call_id, :at, :body)
