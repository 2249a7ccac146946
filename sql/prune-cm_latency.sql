-- Removes some timed steps before an instant.  Uses cm_latency_at.
DELETE FROM cm_latency WHERE at_us < :before AND latency_id IN
	(SELECT l.latency_id FROM (SELECT DISTINCT meaning AS component FROM cm_vocabulary WHERE topic = 'component') k
		CROSS JOIN cm_latency l WHERE l.component = k.component AND l.at_us < :before LIMIT :limit)
