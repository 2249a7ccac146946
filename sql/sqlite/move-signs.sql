-- What tells a changed original besides its numbers of rows: the greatest numbers and instants, each the end of a primary key or index;
-- and sums, of tables that are small: rollups (scanned once, as move-counts does, and not sorted), counters, what is pending; of steps
-- the widest buckets of all together.  So it does not see what changes neither a count nor a length nor a label: other metadata, an
-- edited line, a call moved within its five minutes.
SELECT * FROM (
	SELECT b.kind, sum(b.n), sum(b.n * (b.bucket / 86400)), sum(b.sum_us), 0
	FROM cm_series s CROSS JOIN (SELECT 'call' AS kind UNION SELECT meaning FROM cm_vocabulary WHERE topic = 'component') k
		CROSS JOIN cm_rollup_bin b
	WHERE s.scope = 'all' AND b.series_id = s.series_id AND b.kind = k.kind AND b.resolution = 86400 AND b.parent = -1
	GROUP BY b.kind)
@list(signs)@
