-- The same of several looks at once, counted by what the calls came to: the pieces that no bucket covers are each of one bucket of the
-- answer, so no call is told by itself.  Uses cm_call_started.
SELECT w.from_at, c.status, w.sign * c.n, w.sign * c.with_transcript, w.sign * c.timed, w.sign * c.duration_sum_us, c.call_type,
	c.failure_reason, w.number - 1
FROM @looks()@
	CROSS JOIN LATERAL (SELECT c.status, c.call_type, c.failure_reason, count(*) AS n, sum(c.has_transcript) AS with_transcript,
			count(c.bin) AS timed, sum(CASE WHEN c.bin IS NOT NULL THEN c.duration_us END) AS duration_sum_us
		FROM cm_call c
		WHERE c.started_us >= w.from_at AND c.started_us < w.to_at AND @looklets(c)@
		GROUP BY c.status, c.call_type, c.failure_reason) c
