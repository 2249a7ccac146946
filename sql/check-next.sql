-- The first instant of a fact from one on; null where there is none.  Uses cm_call_started and cm_latency_at, once for each kind.
SELECT min(at_us) FROM (
	SELECT (SELECT min(c.started_us) FROM cm_call c WHERE c.started_us >= :from) AS at_us
	UNION ALL
	SELECT (SELECT min(l.at_us) FROM cm_latency l WHERE l.component = k.name AND l.at_us >= :from) FROM cm_kind k) firsts
