-- The same of several packs.  Uses the primary key.
SELECT substr(p.fine, w.from_at::int + 1, w.bytes::int), w.number - 1
FROM unnest(:pack_id::bigint[], :from::bigint[], :bytes::bigint[]) WITH ORDINALITY w (pack_id, from_at, bytes, number)
	JOIN cm_pack p ON p.pack_id = w.pack_id
