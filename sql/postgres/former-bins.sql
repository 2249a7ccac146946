-- Of a database of version 3: takes some bins out of its histograms.  Uses the primary key.
DELETE FROM cm_rollup_slot r WHERE (series_id, slot) IN (SELECT series_id, slot FROM cm_rollup_slot ORDER BY series_id, slot LIMIT :limit)
RETURNING series_id, (SELECT k.name FROM cm_kind k WHERE k.kind_id = r.slot >> 58),
	('{300,3600,86400}'::bigint[])[1 + (slot >> 56 & 3)::int], ((slot >> 15 & 2147483647) - 1073741824) * 300,
	(slot >> 46 & 1023) - 1, slot & 32767, n, sum_us
