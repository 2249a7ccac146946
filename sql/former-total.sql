-- Of a database of version 3: how many rows its rollups have.  Scans them.
SELECT (SELECT count(*) FROM cm_rollup) + (SELECT count(*) FROM cm_rollup_bin)
