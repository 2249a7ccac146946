-- The coarse bins (:bin -1) or the fine bins of one coarse bin (:bin that) of one kind over whole buckets, with sums, as
-- far as folded; :sign -1 takes them away.  Uses cm_series' unique index and the primary key of cm_rollup_bin: one run of rows a series.
SELECT r.bin, :sign * r.n, :sign * r.sum_us, r.bucket
FROM cm_series s CROSS JOIN cm_rollup_bin r
WHERE s.scope = :scope AND s.tenant_id = coalesce(:tenant_id, '') AND (:agent IS NULL OR s.agent = :agent)
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
	AND r.series_id = s.series_id AND r.kind = :kind AND r.resolution = :resolution AND r.parent = :bin
	AND r.bucket >= :from AND r.bucket < :to
