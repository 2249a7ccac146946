#!/bin/sh
# pg-partitions: readings, costs and events that are kept lie in months, which are made ahead, take in what came before them, are
# dropped whole by prune, and show nobody more than their tables do.
# suites: postgres
CM_ENGINE=${CM_ENGINE:-postgres}
. "${0%/*}/lib.sh"

# Roles belong to a whole server.
own_server
tables='cm_cost cm_event_kept cm_health'
owner=

# now TIME: it is that time, for all that follows.
now() {
	CALLMETRICS_NOW=$1
	export CALLMETRICS_NOW
}

# months [TABLE]: the partitions of a table, without its name before each.
months() {
	sql "SELECT substr(relname, length('${1:-cm_health}') + 2) FROM pg_inherits JOIN pg_class ON oid = inhrelid
		WHERE inhparent = '${1:-cm_health}'::regclass ORDER BY 1" | tr '\n' ' '
}

# places [TABLE]: how many rows each of them has.
places() {
	sql "SELECT substr(p, length('${1:-cm_health}') + 2) || '=' || count(*) FROM (SELECT tableoid::regclass::text AS p FROM ${1:-cm_health}) t
		GROUP BY p ORDER BY p" | tr '\n' ' '
}

# rows: all of them, wherever they lie; the same on both engines.
rows() {
	sql "SELECT tenant_id, component, component_id, status, state, readings, at_us FROM cm_health LEFT JOIN cm_series USING (series_id) ORDER BY 1, 2, 3, 7;
		SELECT call_id, turn_id, provider, model, service, usage_micro, usage_unit, cost_nusd, at_us FROM cm_cost LEFT JOIN cm_call USING (call_no) ORDER BY 1, 2, 3, 4, 5, 6, 7;
		SELECT event_type, event_id, call_id, at_us FROM cm_event_kept LEFT JOIN cm_call USING (call_no) ORDER BY event_id"
}

# take DATE [TENANT]: posts a call of that day, its costs, two readings and an event that is only kept.
take() {
	take_tag=$(printf '%s' "$1" | tr -d -)
	sed "s/2026-03-02T/$1T/; s/3f2b8c1e/$take_tag/; s/\"event_id\": \"/&$take_tag-/; s/7c9e6679-7425-40de-944b-e07fc1f90ae7/${2:-acme}/" \
		"$top/tests/events/example.ndjson" >"$work/events"
	printf '{"event_id":"%s-kept","event_type":"unheard_of","tenant_id":"%s","timestamp":"%sT10:00:00Z"}\n' "$take_tag" "${2:-acme}" "$1" \
		>>"$work/events"
	post events "$work/events"
	is "events of $1" "$status $(json .accepted)" '200 17'
}

# answers FOLDER: of every question.
answers() {
	mkdir -p "$work/$1"
	for answers_of in dashboard?days=20 hourly?days=20 daily?days=30 latency?days=20 health failures?limit=1000 latency-events?days=3 \
		export?days=25 prometheus; do
		answers_query=${answers_of#*[?]}
		[ "$answers_query" != "$answers_of" ] || answers_query=
		ask "${answers_of%%[?]*}" "$answers_query"
		like "$answers_of" "$status" '[25]0[03]'
		unlike "$answers_of" "$(header Content-Type)" '*problem*'
		cp "$work/body" "$work/$1/${answers_of%%[?]*}"
	done
}

# as ROLE: $db is the database as it is for that role.
as() {
	db=$(postgres_url "$postgres_folder" "${owner##*/}" "$1")
	CALLMETRICS_DB=$db
}

# send_all: what is sent to the database below, to each of the engines.
send_all() {
	for day in 2026-03-02 2026-03-01 2026-02-20 2026-01-20 2026-01-10 2025-12-31 2011-05-06; do
		take "$day"
	done
	take 2026-03-03 globex
}

# A new database has the month that it is, and two more.
now 2026-03-03T11:00:00Z
own_db
now 2026-03-03T11:00:00Z
for table in $tables; do
	is "$table: months are made ahead" "$(months "$table")" '2026_03 2026_04 2026_05 default '
done

# What comes late goes to the default partition; taking it in makes no month.
send_all
is "where readings are" "$(places)" '2026_03=12 default=20 '
is "no month was made for them" "$(months)" '2026_03 2026_04 2026_05 default '
for table in $tables; do
	like "$table: late rows" "$(places "$table")" '2026_03=[1-9]* default=[1-9]* '
done
rows >"$work/rows"
answers before

# A dry run of a clean-up makes none; a clean-up makes one, until there is none to make.
post_text cleanup '{"dry_run":true}'
is "a dry run" "$status $(for table in $tables; do months "$table"; done | wc -w)" '200 12'
post_text cleanup ''
is "a clean-up makes one" "$status $(for table in $tables; do months "$table"; done | wc -w)" '200 13'
for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
	post_text cleanup ''
done
for table in $tables; do
	is "$table: every month, but of what is older than ten years" "$(months "$table")" '2025_12 2026_01 2026_02 2026_03 2026_04 2026_05 default '
done
is "where they are now" "$(places)" '2025_12=4 2026_01=8 2026_02=4 2026_03=12 default=4 '
rows >"$work/moved"
passes "nothing was lost or changed" diff "$work/rows" "$work/moved"
answers after
passes "the answers are the same" diff -r "$work/before" "$work/after"
is "the months' indexes are those of their tables" "$(sql "SELECT count(*) FROM pg_index WHERE NOT indisvalid;
	SELECT inhrelid::regclass FROM pg_inherits JOIN pg_class c ON c.oid = inhparent WHERE c.relname IN ('cm_cost', 'cm_event_kept', 'cm_health')
		AND (SELECT count(*) FROM pg_index WHERE indrelid = inhrelid) <> (SELECT count(*) FROM pg_index WHERE indrelid = inhparent)")" 0

# What comes before its time (a day at most) is taken in, too.
own=$db
new_db future
"$build/jobs/create" "$db" >"$work/made"
ask_db
now 2026-05-31T20:00:00Z
take 2026-06-01
is "the day after the last month" "$(places)" 'default=4 '
passes "migrate makes all at once" migrate "$db"
is "months of the summer" "$(months)" '2026_03 2026_04 2026_05 2026_06 2026_07 default '
is "it is in its own" "$(places)" '2026_06=4 '

# Nobody who writes meanwhile fails.
new_db busy
now 2026-03-03T11:00:00Z
"$build/jobs/create" "$db" >"$work/made"
cat >"$work/writes" <<'END'
INSERT INTO cm_health (component, at_us) VALUES ('acme', 1704067200000000 + (random() * 62208000000000)::bigint);
INSERT INTO cm_cost (service, at_us) VALUES ('acme', 1704067200000000 + (random() * 62208000000000)::bigint);
END
PGOPTIONS=$OUR_PATH "$(postgres_programs)/pgbench" -n -f "$work/writes" -M prepared -c 3 -t 1000 -d "$db" >"$work/writer" 2>&1 &
writes=$!
later "$writes"
while kill -0 "$writes" 2>/dev/null; do
	"$build/jobs/migrate" "$db" >>"$work/made"
done
passes "who writes while months are made" wait "$writes"
is "all is there" "$(sql 'SELECT (SELECT count(*) FROM cm_health), (SELECT count(*) FROM cm_cost)')" '3000|3000'
passes "migrate" migrate "$db"
is "and in its month" "$(sql "SELECT count(*) FROM cm_health_default; SELECT count(*) FROM pg_inherits WHERE inhparent = 'cm_health'::regclass")" '0
28'

# More rows than others can wait for stay where they are, until nobody waits.
new_db many
now 2026-03-03T11:00:00Z
"$build/jobs/create" "$db" >"$work/made"
sql "INSERT INTO cm_health (component, at_us) SELECT 'w', 1767225600000000 + n FROM generate_series(0, 100000) n"
passes "migrate" migrate "$db"
is "too many" "$(places)" 'default=100001 '
sql "DELETE FROM cm_health WHERE at_us = 1767225600000000"
passes "migrate" migrate "$db"
is "not too many" "$(places)" '2026_01=100000 '
sql "INSERT INTO cm_health (component, at_us) SELECT 'w', 1764547200000000 + n FROM generate_series(0, 100000) n"
passes "nobody waits" "$build/jobs/prune" --days 3660 --exclusive "$db"
is "moved" "$(places)" '2025_12=100001 2026_01=100000 '

# Prune drops whole months, and takes the rest row by row: the same rows and answers as on SQLite.  January's first half goes.
engine=sqlite
own_db
now 2026-03-03T11:00:00Z
send_all
source=$db
rows >"$work/rows"
"$build/jobs/prune" --days 47 "$source" >"$work/pruned" 2>"$work/prune.log"
rows >"$work/rest"
engine=postgres
refuses "some were removed" cmp "$work/rows" "$work/rest"
owner=$own
db=$own
passes "the roles" "$build/jobs/roles" "$db"
postgres_sql postgres "CREATE ROLE sends LOGIN IN ROLE callmetrics_writer; CREATE ROLE asks LOGIN IN ROLE callmetrics_reader;
	CREATE ROLE of_acme LOGIN IN ROLE callmetrics_reader"
ask_db
now 2026-03-03T11:00:00Z
answers before-prune
# While somebody reads one of the tables, that one's months are emptied only.
PGOPTIONS=$OUR_PATH psql -X -q -d "$db" -c 'BEGIN' -c 'LOCK TABLE cm_health IN ACCESS SHARE MODE' -c "\\! touch '$work/reads'; sleep 3" -c 'COMMIT' &
reads=$!
later "$reads"
until [ -e "$work/reads" ]; do
	sleep 0.05
done
as sends
passes "who sends may prune" "$build/jobs/prune" --days 47 "$db"
removed=$(sed -n 's/.*: \([0-9]*\) rows removed$/\1/p' "$work/passes.log")
db=$own
wait "$reads"
for table in cm_cost cm_event_kept; do
	is "$table: whole months are gone" "$(months "$table")" '2026_01 2026_02 2026_03 2026_04 2026_05 default '
done
is "where somebody reads, their rows are" "$(months) $(places)" \
	'2025_12 2026_01 2026_02 2026_03 2026_04 2026_05 default  2026_01=4 2026_02=4 2026_03=12 '
rows >"$work/pruned-rows"
passes "what is left is what is left on SQLite" diff "$work/rest" "$work/pruned-rows"
passes "again, and nobody reads" "$build/jobs/prune" --days 47 "$db"
is "that month is gone, too" "$(months)" '2026_01 2026_02 2026_03 2026_04 2026_05 default '
answers after-prune
passes "the answers are the same" diff -r "$work/before-prune" "$work/after-prune"

# A copy of what SQLite has lies in months from the start, and answers as it does.
engine=sqlite
db=$source
pruned=$(sed -n 's/.*: \([0-9]*\) rows removed$/\1/p' "$work/pruned")
engine=postgres
is "as many rows were removed" "$removed" "$pruned"
new_db copy
passes "copied, and proven" "$build/jobs/copy" "$source" "$db"
is "readings are in their months" "$(places)" '2026_01=4 2026_02=4 2026_03=12 '
like "costs" "$(places cm_cost)" '2026_01=[1-9]* 2026_02=[1-9]* 2026_03=[1-9]* '
is "events that are kept" "$(places cm_event_kept)" '2026_01=1 2026_02=1 2026_03=3 '
rows >"$work/copied"
passes "they are the same" diff "$work/rest" "$work/copied"
keys() {
	sql "SELECT tablename, indexdef FROM pg_indexes WHERE tablename IN ('cm_cost', 'cm_event_kept', 'cm_health') ORDER BY 1, 2;
		SELECT count(*) FROM pg_index WHERE NOT indisvalid;
		SELECT count(*) FROM pg_index WHERE indrelid = 'cm_health_2026_01'::regclass"
}
keys >"$work/keys-copied"
db=$own
keys >"$work/keys"
passes "keys and indexes are what they are where nothing was copied" diff "$work/keys" "$work/keys-copied"
passes "the answers of both" "$build/jobs/compare" "$source" "$db"

# The wall holds in the months, in one that is made later as well, and whatever was granted on them.
sql "INSERT INTO cm_tenant_role VALUES ('of_acme', 'acme')"
postgres_sql "${own##*/}" "ALTER DEFAULT PRIVILEGES FOR ROLE cm GRANT SELECT ON TABLES TO of_acme"
now 2026-06-02T11:00:00Z
take 2026-06-02 globex
as sends
for _ in 1 2 3 4 5 6 7 8 9 10; do
	post_text cleanup ''
	is "who sends cleans up" "$status" 200
done
db=$own
like "who sends makes months by a clean-up" "$(months)" '*2026_07 2026_08 default '
is "there are rows of others" "$(sql "SELECT count(*) FROM cm_health_2026_06 JOIN cm_series USING (series_id) WHERE tenant_id = 'globex'")" 4
as asks
refuses "who asks reads a month" sql "SELECT count(*) FROM cm_health_2026_06"
refuses "or what is in none" sql "SELECT count(*) FROM cm_health_default"
refuses "or makes one" sql "SELECT cm_month_next(1893456000000000, 1)"
refuses "or drops one" sql "SELECT cm_month_drop()"
sql "SELECT cm_month_make('cm_health', 1893456000000000, 1)" >"$work/tried" 2>&1 || :
as of_acme
is "bound to acme" "$(sql "SELECT count(*), count(DISTINCT tenant_id) FROM cm_health JOIN cm_series USING (series_id);
	SELECT count(*) FROM cm_health JOIN cm_series USING (series_id) WHERE tenant_id <> 'acme'")" '16|1
0'
is "a month that was granted" "$(sql "SELECT has_table_privilege('cm_health_2026_08', 'SELECT')")" t
db=$own
sql "GRANT SELECT ON cm_health_2026_06, cm_health_2026_03, cm_health_default TO of_acme; INSERT INTO cm_health (series_id, at_us)
	SELECT min(series_id), 1 FROM cm_series WHERE tenant_id = 'globex'"
as of_acme
is "shows nothing by itself" "$(sql "SELECT (SELECT count(*) FROM cm_health_2026_06), (SELECT count(*) FROM cm_health_2026_03),
	(SELECT count(*) FROM cm_health_default)")" '0|0|0'
db=$own
unlike "no month was made" "$(months)" '*2030*'

# There is nothing to detach from, and the calls are nowhere else.
refuses "detach" detach "$db"
like "says so" "$(cat "$work/job.log")" '*nowhere else*'
is "all is there" "$(sql "SELECT count(*) FROM cm_health WHERE at_us = 1")" 1
# Detach from an app takes the months along.
attached_db months
detach "$db"
is "nothing of ours is left" "$(sql "SELECT count(*) FROM pg_class WHERE relname LIKE 'cm!_%' ESCAPE '!'; SELECT count(*) FROM pg_proc WHERE proname LIKE 'cm!_%' ESCAPE '!'")" '0
0'
finish
