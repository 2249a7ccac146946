-- The same of several looks at once.  Uses cm_series' unique index and the primary key of cm_rollup_slot.
SELECT r.slot & 32767, w.sign * r.n, w.sign * r.sum_us, ((r.slot >> 15 & 2147483647) - 1073741824) * 300, w.number - 1
FROM cm_series s CROSS JOIN @looks()@
	CROSS JOIN LATERAL (SELECT * FROM cm_rollup_slot r
		WHERE r.series_id = s.series_id AND r.slot >= cm_slot(w.kind, w.resolution, w.bin, w.from_at + 299, 0)
			AND r.slot < cm_slot(w.kind, w.resolution, w.bin, w.to_at + 299, 0) OFFSET 0) r
WHERE s.scope = :scope AND s.tenant_id = coalesce(:tenant_id, '') AND (:agent IS NULL OR s.agent = :agent)
	AND (:agent_version IS NULL OR s.agent_version = :agent_version) AND (:provider IS NULL OR s.provider = :provider)
	AND (:call_type IS NULL OR s.call_type = :call_type)
