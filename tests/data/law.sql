-- The law, for a whole database: what the rollups and the pending facts hold together is what the facts give.  Prints a line for
-- each difference and nothing where there is none.  The figures are made from the facts alone, by sums of their own.
CREATE TEMP TABLE grid (scope TEXT, resolution INTEGER);
INSERT INTO grid VALUES ('all', 300), ('all', 3600), ('all', 86400), ('tenant', 300), ('tenant', 3600), ('tenant', 86400),
	('labels', 300), ('labels', 3600), ('labels', 86400), ('full', 86400);

-- A fact's series, by name: what it counts into follows from its labels.
CREATE TEMP TABLE fact AS
	SELECT s.tenant_id AS t, s.agent AS a, s.agent_version AS v, s.provider AS p, s.call_type AS y, x.*
	FROM (SELECT series_id, 'call' AS kind, started_us AS at_us, duration_us AS value_us, bin, has_transcript,
			status || '/' || call_type || '/' || failure_reason AS outcome FROM cm_call
		WHERE status IS NOT NULL
		UNION ALL
		SELECT series_id, component, at_us, duration_us, bin, 0, '' FROM cm_latency) x
	JOIN cm_series s ON s.series_id = x.series_id;

CREATE TEMP TABLE counted AS
	SELECT z.series_id, f.kind, f.outcome, f.at_us, f.value_us, f.bin, f.has_transcript, z.scope
	FROM fact f JOIN cm_series z ON (z.scope = 'all')
		OR (z.scope = 'labels' AND z.agent = f.a AND z.agent_version = f.v AND z.provider = f.p AND z.call_type = f.y)
		OR (z.scope = 'tenant' AND f.t <> '' AND z.tenant_id = f.t)
		OR (z.scope = 'full' AND f.t <> '' AND z.tenant_id = f.t AND z.agent = f.a AND z.agent_version = f.v
			AND z.provider = f.p AND z.call_type = f.y);

-- The bin of a value, found by halving rather than from cm_octave.
CREATE TEMP VIEW wrong_bin AS
	WITH RECURSIVE halved (value, low, shift) AS (
		SELECT DISTINCT value_us, value_us, 0 FROM fact WHERE bin IS NOT NULL
		UNION ALL SELECT value, low / 2, shift + 1 FROM halved WHERE low >= 1024)
	SELECT f.kind, f.value_us, f.bin FROM fact f JOIN halved h ON h.value = f.value_us AND h.low < 1024
	WHERE f.bin IS NOT NULL AND f.bin <> h.low + 512 * h.shift;
SELECT 'bin', * FROM wrong_bin LIMIT 5;

CREATE TEMP TABLE bins_due AS
	SELECT c.series_id, c.kind, g.resolution, CASE l.fine WHEN 0 THEN -1 ELSE c.bin / 32 END AS parent,
		c.at_us / 1000000 / g.resolution * g.resolution AS bucket, CASE l.fine WHEN 0 THEN c.bin / 32 ELSE c.bin END AS bin,
		count(*) AS n, sum(c.value_us) AS sum_us
	FROM counted c JOIN grid g ON g.scope = c.scope CROSS JOIN (SELECT 0 AS fine UNION ALL SELECT 1) l
	WHERE c.bin IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6;
CREATE TEMP TABLE bins_held AS
	SELECT series_id, kind, resolution, parent, bucket, bin, sum(n) AS n, sum(sum_us) AS sum_us
	FROM (SELECT * FROM cm_rollup_bin UNION ALL SELECT * FROM cm_pending_bin) x
	GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(n) <> 0 OR sum(sum_us) <> 0;
SELECT 'bins missing', * FROM (SELECT * FROM bins_due EXCEPT SELECT * FROM bins_held) x LIMIT 5;
SELECT 'bins too many', * FROM (SELECT * FROM bins_held EXCEPT SELECT * FROM bins_due) x LIMIT 5;

CREATE TEMP TABLE counts_due AS
	SELECT c.series_id, c.kind, g.resolution, c.at_us / 1000000 / g.resolution * g.resolution AS bucket, c.outcome, count(*) AS n,
		sum(c.has_transcript) AS n_transcript, count(c.bin) AS n_value,
		sum(CASE WHEN c.bin IS NULL THEN 0 ELSE c.value_us END) AS sum_us
	FROM counted c JOIN grid g ON g.scope = c.scope WHERE c.kind = 'call' GROUP BY 1, 2, 3, 4, 5;
CREATE TEMP TABLE counts_held AS
	SELECT series_id, kind, resolution, bucket, outcome, sum(n) AS n, sum(n_transcript) AS n_transcript, sum(n_value) AS n_value,
		sum(sum_us) AS sum_us
	FROM (SELECT * FROM cm_rollup UNION ALL SELECT * FROM cm_pending_count) x
	GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) <> 0 OR sum(n_transcript) <> 0 OR sum(n_value) <> 0 OR sum(sum_us) <> 0;
SELECT 'counts missing', * FROM (SELECT * FROM counts_due EXCEPT SELECT * FROM counts_held) x LIMIT 5;
SELECT 'counts too many', * FROM (SELECT * FROM counts_held EXCEPT SELECT * FROM counts_due) x LIMIT 5;
