-- The last of the next blocks after the :after-th, counted from 1, that hold about :limit rows; null where there is none.
SELECT CASE WHEN t.blocks <= greatest(:after, 0) THEN NULL WHEN :limit < 0 THEN t.blocks
	ELSE least(t.blocks, greatest(:after, 0) + greatest(:limit / t.rows_each, 1)) END
FROM (SELECT pg_relation_size(oid) / CAST(current_setting('block_size') AS bigint) AS blocks,
		CASE WHEN relpages > 0 AND reltuples > 0 THEN greatest(CAST(reltuples AS bigint) / relpages, 1) ELSE 32 END AS rows_each
	FROM pg_class WHERE oid = CAST('transcripts' AS regclass)) t
