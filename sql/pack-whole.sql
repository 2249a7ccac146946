-- The packs of a run of buckets, whole.  Uses cm_series' unique index and the primary key of cm_pack.
SELECT p.pack_id, p.coarse, p.fine
FROM cm_series s CROSS JOIN cm_pack p
WHERE s.scope = :scope AND s.tenant_id = coalesce(:tenant_id, '') AND (:agent IS NULL OR s.agent = :agent)
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
	AND p.pack_id >= (s.series_id << 38) + :pack_from AND p.pack_id < (s.series_id << 38) + :pack_to
