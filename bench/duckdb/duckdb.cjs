/*
 * duckdb: the same questions of DuckDB, in its own columns, in the process that asks.
 *
 *   duckdb.cjs FILE NOW QUESTION COUNT     the median of the milliseconds that COUNT answers took, then the answer (JSON)
 *   duckdb.cjs FILE load CALLS STEPS       makes FILE of two files of CSV with the voice app's calls and steps
 *
 * QUESTION is aggregate (the dashboard's last 24 hours alone), dashboard (with all that is in it), hourly, daily or latency.  Times
 * begin before the statements, which are prepared, and end when their rows are here; the file is open and warm.
 */
"use strict";
const { DuckDBInstance } = require("@duckdb/node-api");

const STEPS = ["speech_end_to_first_audio", "tool_call_duration", "session_duration"];
const STATUSES = ["completed", "failed", "timeout", "cancelled", "active"];
const HOUR = 3600e6, DAY = 24 * HOUR;

// Microseconds, whole: sums are exact, and rows are in the order of their time, which DuckDB skips blocks by.
const load = (calls, steps) => [
	`CREATE TABLE calls AS SELECT * FROM read_csv('${calls}', header = false, columns = {'started_us': 'BIGINT', 'call_type': 'VARCHAR',
		'status': 'VARCHAR', 'duration_us': 'BIGINT', 'has_transcript': 'TINYINT'}) ORDER BY started_us`,
	`CREATE TABLE steps AS SELECT * FROM read_csv('${steps}', header = false, columns = {'at_us': 'BIGINT', 'event_type': 'VARCHAR',
		'duration_us': 'BIGINT'}) ORDER BY at_us`,
	"CHECKPOINT",
];

const PERCENTILES = "quantile_disc(duration_us, [0.5, 0.95, 0.99])";
const COMPLETED = "FILTER (WHERE status = 'completed')";

const counts = (from, to) => `SELECT count(*) AS total,
	${STATUSES.map((status) => `count(*) FILTER (WHERE status = '${status}') AS ${status}`).join(", ")},
	count(*) FILTER (WHERE call_type = 'inbound') AS inbound, count(*) FILTER (WHERE has_transcript = 1) AS transcripts,
	avg(duration_us) ${COMPLETED} / 1e6 AS mean, sum(duration_us) ${COMPLETED} / 1e6 AS sum
	FROM calls WHERE started_us >= ${from} AND started_us < ${to}`;
const withDurations = (from, to) => counts(from, to).replace("SELECT", `SELECT min(duration_us) ${COMPLETED} / 1e6 AS least,
	max(duration_us) ${COMPLETED} / 1e6 AS most, ${PERCENTILES} ${COMPLETED} AS ranks,`);
const buckets = (width, from, to) => `SELECT started_us // ${width} AS bucket, count(*) AS total,
	count(*) FILTER (WHERE status = 'completed') AS completed, count(*) FILTER (WHERE status IN ('failed', 'timeout')) AS failed,
	count(*) FILTER (WHERE status = 'cancelled') AS cancelled, count(*) FILTER (WHERE status = 'active') AS active,
	avg(duration_us) ${COMPLETED} / 1e6 AS mean, quantile_disc(duration_us, 0.95) ${COMPLETED} / 1e6 AS p95
	FROM calls WHERE started_us >= ${from} AND started_us < ${to} GROUP BY bucket`;
const steps = (from, to) => `SELECT event_type, count(*) AS count, avg(duration_us) / 1e3 AS avg, min(duration_us) / 1e3 AS min,
	max(duration_us) / 1e3 AS max, ${PERCENTILES} AS ranks FROM steps WHERE at_us >= ${from} AND at_us < ${to} GROUP BY event_type`;

const percent = (part, whole) => (whole === 0 ? null : (100 * part) / whole);
const change = (now, before) => (now === null || !before ? null : (100 * (now - before)) / before);
const rate = (row) => percent(row.completed, row.total - row.active);
const zone = (us, length) => new Date(us / 1000).toISOString().slice(0, length);

function number(value) {
	if (typeof value === "bigint") return Number(value);
	if (value !== null && typeof value === "object" && "items" in value) return value.items.map(number);
	return value;
}

let connection;
const prepared = new Map();

async function rows(sql) {
	if (!prepared.has(sql)) prepared.set(sql, await connection.prepare(sql));
	const reader = await prepared.get(sql).runAndReadAll();
	return reader.getRowObjects().map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, number(value)])));
}

function ranks(values, unit) {
	const [p50, p95, p99] = values === null ? [null, null, null] : values.map((value) => value / unit);
	return { p50, p95, p99 };
}

async function aggregate(now) {
	const [row] = await rows(withDurations(now - DAY, now));
	const by_status = Object.fromEntries(STATUSES.map((status) => [status, row[status]]));
	return {
		summary: { total_calls: row.total, success_rate: rate(row), avg_duration: row.mean },
		breakdown: { by_status, by_type: { inbound: row.inbound, outbound: row.total - row.inbound } },
		duration: { avg: row.mean, min: row.least, max: row.most, ...ranks(row.ranks, 1e6), total_seconds: row.sum },
		transcript: { calls_with_transcript: row.transcripts, transcript_rate: percent(row.transcripts, row.total) },
	};
}

async function series(now, width, count, name, length, end) {
	const first = Math.floor((now - 1) / width) - count + 1, zero = { total: 0, completed: 0, failed: 0, cancelled: 0, active: 0 };
	const found = new Map((await rows(buckets(width, first * width, now))).map((row) => [row.bucket, row]));
	return Array.from({ length: count }, (_, n) => {
		const { bucket, mean = null, p95 = null, ...row } = found.get(first + n) ?? zero;
		return { [name]: zone((first + n) * width, length) + end, ...row, avg_duration: mean, p95_duration: p95 };
	});
}

const hourly = async (now) => ({ timeseries: await series(now, HOUR, 24, "hour", 19, "Z"), hours: 24 });

async function daily(now) {
	const days = await series(now, DAY, 30, "date", 10, "");
	return { timeseries: days.map((day) => ({ ...day, success_rate: rate(day) })), days: 30 };
}

async function latency(now) {
	const found = new Map((await rows(steps(now - DAY, now))).map((row) => [row.event_type, row]));
	return Object.fromEntries(STEPS.filter((step) => found.has(step)).map((step) => {
		const { event_type, ranks: values, ...row } = found.get(step);
		return [`${event_type}_ms`, { ...row, ...ranks(values, 1e3) }];
	}));
}

async function dashboard(now) {
	const answer = await aggregate(now), [before] = await rows(counts(now - 2 * DAY, now - DAY));
	const [{ n }] = await rows("SELECT count(*) AS n FROM calls WHERE status = 'active'");
	Object.assign(answer.summary, { total_calls_delta: change(answer.summary.total_calls, before.total), active_now: n,
		success_rate_delta: change(answer.summary.success_rate, rate(before)),
		avg_duration_delta: change(answer.summary.avg_duration, before.mean) });
	return { ...answer, timeseries: { hourly: (await hourly(now)).timeseries }, latency: await latency(now) };
}

async function main([file, what, ...rest]) {
	const instance = await DuckDBInstance.create(file, what === "load" ? {} : { access_mode: "READ_ONLY" });
	connection = await instance.connect();
	if (what === "load") {
		for (const statement of load(...rest)) await connection.run(statement);
		return;
	}
	const answer = { aggregate, dashboard, hourly, daily, latency }[rest[0]], now = Number(what) * 1e6, times = [];
	let found = await answer(now);
	for (let n = 0; n < Number(rest[1]); n++) {
		const started = process.hrtime.bigint();
		found = await answer(now);
		times.push(Number(process.hrtime.bigint() - started) / 1e6);
	}
	times.sort((a, b) => a - b);
	console.log(times[Math.floor(times.length / 2)].toFixed(3));
	console.log(JSON.stringify(found));
}

main(process.argv.slice(2)).catch((error) => {
	console.error(error);
	process.exitCode = 1;
});
