-- Timed steps of a span of time as they count.  Uses cm_latency_at, once for each kind.
SELECT l.series_id, l.component, l.at_us, l.duration_us
FROM cm_kind k CROSS JOIN cm_latency l
WHERE l.component = k.name AND l.at_us >= :from AND l.at_us < :to
