-- Durations of completed calls of a run of buckets by their bins, :per fine ones to one: what packs hold, in whose place it is shown and
-- never run; :sign -1 where they are taken away.  Uses cm_call_started.
SELECT :from_us + (c.started_us - :from_us) / :width_us * :width_us AS bucket_us, c.bin / :per AS bin, :sign * count(*), :sign * sum(c.duration_us)
FROM cm_call c
WHERE c.started_us >= :from_us AND c.started_us < :to_us AND c.bin >= :bin_from AND c.bin < :bin_to
	AND (:scope = 'all' OR EXISTS (SELECT 1 FROM cm_series s WHERE s.series_id = c.series_id
		AND (:tenant_id IS NULL OR s.tenant_id = :tenant_id) AND (:agent IS NULL OR s.agent = :agent)
		AND (:agent_version IS NULL OR s.agent_version = :agent_version)
		AND (:provider IS NULL OR s.provider = :provider) AND (:call_type IS NULL OR s.call_type = :call_type)))
GROUP BY 1, 2
