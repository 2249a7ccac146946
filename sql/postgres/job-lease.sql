-- Takes the lease of a job, or renews it, unless another holds it: no row then.  By the primary key.
INSERT INTO cm_job AS j (name, holder, host, pid, started_us, beat_us, until_us, problem, figures)
SELECT :name, :holder, :host, :pid, n.now_us, n.now_us, n.now_us + :lease_us, :problem, :figures
FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now_us) n
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, host = excluded.host, pid = excluded.pid,
	started_us = CASE WHEN j.holder = excluded.holder THEN j.started_us ELSE excluded.started_us END,
	beat_us = excluded.beat_us, until_us = excluded.until_us, problem = excluded.problem, figures = excluded.figures
WHERE j.holder = excluded.holder OR j.until_us <= excluded.beat_us
