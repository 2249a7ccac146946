-- The same of several runs of buckets at once, each told by its number: a way to the server and back rather than one for each.
-- Uses cm_series' unique index and the primary key of cm_rollup_bin.
SELECT r.bin, w.sign * r.n, w.sign * r.sum_us, r.bucket, w.run - 1
FROM unnest(:scope::text[], :tenant_id::text[], :agent::text[], :agent_version::text[], :provider::text[], :call_type::text[],
		:kind::text[], :resolution::bigint[], :parent::bigint[], :from::bigint[], :to::bigint[], :sign::bigint[])
	WITH ORDINALITY w (scope, tenant_id, agent, agent_version, provider, call_type, kind, resolution, parent, from_s, to_s, sign, run)
	CROSS JOIN LATERAL (SELECT s.series_id FROM cm_series s
		WHERE s.scope = w.scope AND s.tenant_id = coalesce(w.tenant_id, '') AND (w.agent IS NULL OR s.agent = w.agent)
			AND (w.agent_version IS NULL OR s.agent_version = w.agent_version)
			AND (w.provider IS NULL OR s.provider = w.provider) AND (w.call_type IS NULL OR s.call_type = w.call_type)
		OFFSET 0) s
	CROSS JOIN LATERAL (SELECT * FROM cm_rollup_bin r
		WHERE r.series_id = s.series_id AND r.kind = w.kind AND r.resolution = w.resolution AND r.parent = w.parent
			AND r.bucket >= w.from_s AND r.bucket < w.to_s OFFSET 0) r
