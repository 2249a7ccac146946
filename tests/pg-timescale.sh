#!/bin/sh
# pg-timescale: where TimescaleDB is there, steps, costs, readings and kept events are hypertables, compressed after a while, whose old chunks
# retention drops; the answers, the wall between tenants, copying and detaching are what they are without it.
# suites: postgres
CM_ENGINE=${CM_ENGINE:-postgres}
. "${0%/*}/lib.sh"

# said: a job's words where it was refused.
said() { sed 's/^callmetrics [a-z]*: //' "$work/refuses.log"; }

# A server without it: says so, and makes nothing.
own_server
own_db
refuses "asked for where it is not" "$build/jobs/create" --timescale "$db"
like "says why" "$(said)" '*this server has no TimescaleDB; It is to be installed, and loaded: shared_preload_libraries*'
is "tables are plain" "$(sql "SELECT relkind FROM pg_class WHERE oid = 'cm_latency'::regclass")" r
engine=sqlite
own_db
refuses "asked for of a file" "$build/jobs/create" --timescale "$db"
like "says why" "$(said)" '*A file has no TimescaleDB.*'
engine=postgres
has_timescale || {
	left_out "TimescaleDB is not installed here: no hypertable was tried (docs/postgres.md says how it is built)"
	finish
}

# On this server a database has it or not, as the test says.
CM_TIMESCALE=1
own_server
CM_TIMESCALE=

# hypertables: how many there are, how many chunks, and how many of those are compressed.
hypertables() {
	sql "SELECT (SELECT count(*) FROM timescaledb_information.hypertables WHERE hypertable_schema = 'callmetrics'), count(*), count(*) FILTER (WHERE is_compressed)
		FROM timescaledb_information.chunks"
}

# with DATABASE COMMAND...: with another database in $db.
with() {
	with_db=$db
	db=$1
	shift
	"$@"
	db=$with_db
}

# alike WHAT: the plain database and that with hypertables answer alike, and obey the law.
alike() {
	take_in "$plain"
	take_in "$db"
	passes "$1: plain and hypertables answer alike" "$build/jobs/compare" "$plain" "$db"
	obeys_law "$1"
	passes "$1: check" "$build/jobs/check" "$db"
	steps='SELECT latency_id, call_id, turn_id, component, l.provider, model, l.duration_us, l.bin, l.at_us FROM cm_latency l LEFT JOIN cm_call USING (call_no) ORDER BY 1'
	sql "$steps" >"$work/steps"
	with "$plain" sql "$steps" >"$work/plain-steps"
	passes "$1: the same steps" cmp "$work/steps" "$work/plain-steps"
}

# both STATEMENT: something that the voice app does, in both.
both() {
	sql "$1"
	with "$plain" sql "$1"
}

# The same calls in both; in one before and in the other after there were hypertables.
app_db plain
attach "$db"
plain=$db
is "without the extension tables are plain" "$(sql "SELECT string_agg(relkind, NULL ORDER BY relname) FROM pg_class WHERE relname IN ('cm_latency', 'cm_health')")" pr
app_db found
postgres_sql "${db##*/}" 'CREATE EXTENSION timescaledb'
passes "attached where the extension is" "$build/jobs/attach" "$db"
like "says so" "$(cat "$work/passes.log")" '*TimescaleDB *: cm_cost, cm_event_kept, cm_health, cm_latency are hypertables, compressed after 32 days*'
ask_db
is "found: hypertables and chunks" "$(hypertables | sed 's/|.*|/|/')" '4|0'
alike found
found=$db
passes "attached again" "$build/jobs/attach" "$db"
is "nothing is compressed before its time" "$(hypertables | sed 's/.*|//')" 0

# What was there before moves.
CALLMETRICS_NOW=2026-05-01T00:00:00Z
passes "migrate without a word of it" migrate "$plain"
is "changes nothing" "$(with "$plain" sql "SELECT to_regclass('cm_latency_chunks')")" ''
app_db moved
attach "$db"
ask_db
passes "the roles" "$build/jobs/roles" "$db"
CALLMETRICS_NOW=2026-05-01T00:00:00Z
passes "migrate --timescale" "$build/jobs/migrate" --timescale --compress-after 7 "$db"
like "says so" "$(cat "$work/passes.log")" '*TimescaleDB *compressed after 7 days*'
chunks=$(hypertables)
is "all chunks are old, and compressed" "${chunks##*|}" "$(echo "$chunks" | cut -d'|' -f2)"
isnt "and there are some" "$chunks" '4|0|0'
alike moved

# What the app changes in rows that are compressed: another length, another time (a chunk before all others), another call, gone.
both "UPDATE latency_events SET duration_ms = duration_ms + 1 WHERE id % 7 = 0"
both "UPDATE latency_events SET timestamp = '2025-12-24T10:00:00' WHERE id % 50 = 1"
both "DELETE FROM latency_events WHERE id % 40 = 3"
both "DELETE FROM calls WHERE call_id IN (SELECT call_id FROM calls ORDER BY call_id LIMIT 20)"
both "INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp) SELECT call_id, event_type, duration_ms, timestamp FROM latency_events WHERE id % 30 = 2"
alike "changed where it is compressed"
like "a chunk for what went to another time" "$(sql "SELECT count(*) FROM cm_latency WHERE at_us < 1767225600000000")" '[1-9]*'
passes "a clean-up compresses what came" "$build/jobs/prune" --days 3660 "$db"
is "every chunk, and none is partly so" "$(sql "SELECT count(*) FROM cm_chunks_before(9000000000000000) WHERE status <> 1")" 0
alike "compressed again"

# Retention: whole chunks go at once, the rest row by row, as much as without it.
is "compressed rows of which some are to go" "$(sql "SELECT count(*) > 0 FROM cm_latency WHERE at_us >= 1770249600000000 AND at_us < 1770336000000000")" t
CALLMETRICS_NOW=2026-03-07T00:00:00Z
chunks=$(hypertables | cut -d'|' -f2)
"$build/jobs/prune" --days 29 "$plain" >"$work/plain-pruned" 2>"$work/prune.log"
"$build/jobs/prune" --days 29 "$db" >"$work/pruned" 2>"$work/prune.log"
is "as many rows" "$(sed 's/.*: //' "$work/pruned")" "$(sed 's/.*: //' "$work/plain-pruned")"
passes "fewer chunks" test "$(hypertables | cut -d'|' -f2)" -lt "$chunks"
alike pruned
CALLMETRICS_NOW=2026-05-01T00:00:00Z

# The wall.  Nobody is granted what is behind the views.
hyper=$db
postgres_sql postgres "CREATE ROLE sends LOGIN IN ROLE callmetrics_writer; CREATE ROLE asks LOGIN IN ROLE callmetrics_reader;
	CREATE ROLE of_acme LOGIN IN ROLE callmetrics_reader"
own_db
postgres_sql "${db##*/}" 'DROP EXTENSION IF EXISTS timescaledb CASCADE'
passes "create --timescale makes the extension" "$build/jobs/create" --timescale "$db"
own=$db
passes "the roles" "$build/jobs/roles" "$db"
CALLMETRICS_NOW=2026-03-03T11:00:00Z
db=$(postgres_url "$postgres_folder" "${own##*/}" sends)
CALLMETRICS_DB=$db
for tenant in acme globex; do
	sed "s/3f2b8c1e/$tenant/; s/\"event_id\": \"/&$tenant-/; s/7c9e6679-7425-40de-944b-e07fc1f90ae7/$tenant/" "$top/tests/events/example.ndjson" >"$work/events"
	printf '{"event_id":"%s-kept","event_type":"unheard_of","tenant_id":"%s","timestamp":"2026-03-02T10:00:00Z"}\n' "$tenant" "$tenant" >>"$work/events"
	post events "$work/events"
	is "a writer sends events of $tenant" "$status $(json .accepted)" '200 17'
	post events "$work/events"
	is "again, and they are known" "$status $(json .duplicates)" '200 17'
done
passes "a writer prunes" "$build/jobs/prune" --days 3660 "$db"
db=$own
sql "INSERT INTO cm_tenant_role VALUES ('of_acme', 'acme')"
# tenants: whose rows somebody sees in each of the tables.
tenants() {
	psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$1" -c 'SET search_path = callmetrics' -c "${2:-SELECT 1}" -c "SELECT string_agg(t, ' ' ORDER BY t) FROM (
		SELECT DISTINCT 'steps=' || tenant_id AS t FROM cm_latency JOIN cm_series USING (series_id)
		UNION SELECT 'costs=' || tenant_id FROM cm_cost JOIN cm_series USING (series_id)
		UNION SELECT 'readings=' || tenant_id FROM cm_health JOIN cm_series USING (series_id)
		UNION SELECT 'kept=' || tenant_id FROM cm_event_kept JOIN cm_series USING (series_id)
		UNION SELECT 'percentiles=' || tenant_id FROM latency_percentiles_5m
		UNION SELECT 'calls=' || tenant_id FROM cost_per_call UNION SELECT 'months=' || tenant_id FROM cost_per_tenant_monthly) x" | tail -n 1
}
every='calls=acme calls=globex costs=acme costs=globex kept=acme kept=globex months=acme months=globex percentiles=acme percentiles=globex readings=acme readings=globex steps=acme steps=globex'
acme='calls=acme costs=acme kept=acme months=acme percentiles=acme readings=acme steps=acme'
for who in cm sends asks; do
	is "$who sees" "$(tenants "$(postgres_url "$postgres_folder" "${own##*/}" "$who")")" "$every"
done
is "who is bound" "$(tenants "$(postgres_url "$postgres_folder" "${own##*/}" of_acme)")" "$acme"
is "and sets another" "$(tenants "$(postgres_url "$postgres_folder" "${own##*/}" of_acme)" "SET callmetrics.tenant = 'globex'")" "$acme"
is "a session of a tenant's" "$(tenants "$(postgres_url "$postgres_folder" "${own##*/}" asks)" "SET callmetrics.tenant = 'acme'")" "$acme"
is "a writer is not walled in" "$(tenants "$(postgres_url "$postgres_folder" "${own##*/}" sends)" "SET callmetrics.tenant = 'acme'")" "$every"
db=$(postgres_url "$postgres_folder" "${own##*/}" of_acme)
refuses "the hypertable" psql -X -q -v ON_ERROR_STOP=1 -d "$db" -c 'SELECT * FROM callmetrics.cm_latency_chunks'
# A function that tells what it is shown sees no row of others either.
is "a function that tells" "$(psql -X -q -A -t -d "$db" -c 'SET search_path = callmetrics, pg_temp' -c "CREATE FUNCTION pg_temp.tell(s bigint) RETURNS boolean
	LANGUAGE plpgsql COST 0.0001 AS \$\$ BEGIN RAISE NOTICE 'seen %', s; RETURN true; END \$\$" -c "SELECT count(DISTINCT series_id) FROM cm_latency WHERE pg_temp.tell(series_id)" 2>"$work/told" | tail -n 1) $(sort -u "$work/told" | grep -c seen)" '1 1'
db=$own

# People's views, against the values themselves.
is "percentiles of five minutes" "$(sql "SELECT count(*) FROM latency_percentiles_5m v WHERE v.p95 <> (SELECT x.duration_us / 1000.0 FROM
		(SELECT l.duration_us, row_number() OVER (ORDER BY l.duration_us) AS n, count(*) OVER () AS of FROM cm_latency l JOIN cm_series s USING (series_id)
			WHERE 'epoch'::timestamptz + l.at_us * interval '1 microsecond' >= v.bucket
			AND 'epoch'::timestamptz + l.at_us * interval '1 microsecond' < v.bucket + interval '5 minutes'
			AND s.tenant_id = v.tenant_id AND l.component = v.component AND coalesce(l.provider, s.provider) = v.provider) x WHERE x.n = ceil(0.95 * x.of));
	SELECT sum(sample_count) = (SELECT count(*) FROM cm_latency) FROM latency_percentiles_5m")" '0
t'
is "a call's costs are all of its costs, once" "$(sql "SELECT tenant_id, total_cost_usd = (SELECT sum(cost_nusd) / 1000000000.0 FROM cm_cost WHERE call_no = c.call_no), provider_count
	FROM cost_per_call v JOIN cm_call c USING (tenant_id, call_id) ORDER BY 1")" "$(sql "SELECT s.tenant_id, 't', count(DISTINCT k.provider) FROM cm_cost k JOIN cm_series s USING (series_id) GROUP BY 1 ORDER BY 1")"
is "a tenant's month" "$(sql "SELECT to_char(month AT TIME ZONE 'UTC', 'YYYY-MM-DD'), tenant_id, call_count, total_cost_usd = avg_cost_per_call FROM cost_per_tenant_monthly ORDER BY tenant_id")" '2026-03-01|acme|1|t
2026-03-01|globex|1|t'
obeys_law "sent"

# From a file: into hypertables at once, and in pieces.
CALLMETRICS_NOW=2026-06-15T00:00:00Z "$top/scripts/demo-data" "$work/demo.db" --days 70 --calls-per-day 12 >"$work/demo.log" 2>&1
attach "$work/demo.db"
new_db copied
CALLMETRICS_NOW=2026-06-15T00:00:00Z
passes "copied, and compared" "$build/jobs/copy" "$work/demo.db" --timescale "$db"
like "says so" "$(cat "$work/passes.log")" '*are hypertables*'
passes "migrate" migrate "$db"
like "old chunks are compressed, new ones are not" "$(hypertables)" '4|1[0-9]|[4-9]'
passes "compared again" "$build/jobs/compare" "$work/demo.db" "$db"
obeys_law copied

# Detached, it leaves nothing; an extension that was there before stays.
db=$hyper
passes "detach" detach "$hyper"
is "nothing is left, and the extension went that was made for it" "$(psql -X -q -A -t -d "$hyper" -c "SELECT to_regnamespace('callmetrics'); SELECT extname FROM pg_extension ORDER BY 1")" '
plpgsql'
passes "detach where the extension was there" detach "$found"
is "nothing else is left" "$(psql -X -q -A -t -d "$found" -c "SELECT to_regnamespace('callmetrics'); SELECT count(*) FROM timescaledb_information.hypertables;
	SELECT count(*) FROM pg_class WHERE relnamespace = '_timescaledb_internal'::regnamespace AND relkind = 'r' AND relname LIKE '%hyper%'")" '
0
0'
app_db made
passes "attach --timescale" "$build/jobs/attach" --timescale "$db"
passes "detach" detach "$db"
is "nothing is left" "$(psql -X -q -A -t -d "$db" -c "SELECT to_regnamespace('callmetrics'); SELECT extname FROM pg_extension ORDER BY 1; SELECT count(*) FROM calls")" '
plpgsql
1504'
app_db others
passes "attach --timescale" "$build/jobs/attach" --timescale "$db"
psql -X -q -d "$db" -c "CREATE TABLE theirs (at timestamptz NOT NULL)" -c "SELECT create_hypertable('theirs', 'at')" >"$work/theirs" 2>&1
passes "detach" detach "$db"
is "somebody else's hypertable stays" "$(psql -X -q -A -t -d "$db" -c "INSERT INTO theirs VALUES (now()); SELECT hypertable_name FROM timescaledb_information.hypertables")" theirs

# The Apache edition: no compression, said so; all else.
CM_TIMESCALE=1
own_server "timescaledb.license = 'apache'"
CM_TIMESCALE=
app_db apache
passes "attach --timescale" "$build/jobs/attach" --timescale "$db"
like "says so" "$(cat "$work/passes.log")" '*are hypertables, not compressed, which its Apache edition cannot do*'
ask_db
CALLMETRICS_NOW=2026-05-01T00:00:00Z
passes "prune" "$build/jobs/prune" --days 89 "$db"
like "nothing is compressed" "$(hypertables)" '4|*|0'
obeys_law apache
passes "detach" detach "$db"
finish
