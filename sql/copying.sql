-- Tables of the voice app that are still being copied.  Scans cm_meta, a dozen rows.
SELECT substr(u.key, 12), CAST(c.value AS BIGINT), CAST(u.value AS BIGINT)
FROM cm_meta u CROSS JOIN cm_meta c
WHERE u.key >= 'copy_until_' AND u.key < 'copy_until`' AND c.key = 'copied_' || substr(u.key, 12)
	AND CAST(c.value AS BIGINT) < CAST(u.value AS BIGINT)
