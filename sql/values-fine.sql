-- The fine bins of one coarse bin over whole buckets, as far as folded.  Uses cm_series' unique index and the primary key of cm_rollup_bin,
-- one seek per bucket.
WITH RECURSIVE bucket (start) AS (
	SELECT :from
	UNION ALL
	SELECT start + :resolution FROM bucket WHERE start + :resolution < :to
)
SELECT r.bin, r.n
FROM cm_series s CROSS JOIN bucket b CROSS JOIN cm_rollup_bin r
WHERE s.scope = :scope AND s.tenant_id = coalesce(:tenant_id, '') AND (:agent IS NULL OR s.agent = :agent)
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
	AND r.series_id = s.series_id AND r.kind = :kind AND r.resolution = :resolution AND r.bucket = b.start
	AND r.level = 1 AND r.bin >= :bin_from AND r.bin < :bin_to
