#!/bin/sh
# pg-copy: a SQLite database moves to a server as it is: broken off, gone on with, begun anew where it changed, and proven.
# suites: postgres
CM_ENGINE=${CM_ENGINE:-postgres}
. "${0%/*}/lib.sh"

# from NAME: makes a database on SQLite, by one of lib.sh's functions; sets source.
from() {
	engine=sqlite
	"$1"
	source=$db
	engine=postgres
}

# copy: copies $source to $db; the output is in $work/copied.
copy() {
	copy_status=0
	"$build/jobs/copy" "$source" "$db" >"$work/copied" 2>&1 || copy_status=$?
}

# numbers FILE-OR-URL: how many rows each table holds.
numbers() {
	case $1 in
	postgres*) PGOPTIONS=$OUR_PATH psql -X -q -A -t -F '|' -d "$1" <"$build/made/move-counts.sql" ;;
	*) sqlite3 "$(own "$1")" <"$build/made/move-counts.sql" ;;
	esac
}

# Both made databases, attached to a voice app, and what they answer.
for of in real_db made_db; do
	from "$of"
	new_db "$of"
	copy
	is "$of: copied" "$copy_status" 0
	like "$of: proven" "$(tail -n 1 "$work/copied")" '[1-9]* answers compared: all are the same'
	is "$of: nothing is missing" "$(numbers "$db")" "$(numbers "$source")"
	obeys_law "$of"
	copy
	is "$of: again" "$copy_status $(sed -n 1p "$work/copied")" "0 $source: copied"
done

# What was sent, and what is sent afterwards to the copy: its numbers go on above those that were copied.
from own_db
CALLMETRICS_DB=$source
CALLMETRICS_NOW=2026-03-02T11:00:00Z
post events "$top/tests/events/example.ndjson"
is "sent to the original" "$status" 200
new_db sent
ask_db
CALLMETRICS_NOW=2026-03-02T11:00:00Z
copy
is "copied" "$copy_status" 0
post events "$top/tests/events/example.ndjson"
is "what the original took is known" "$(json .duplicates)" 16
sed 's/3f2b8c1e/4f2b8c1e/; s/"event_id": "/&x/' "$top/tests/events/example.ndjson" >"$work/more"
post events "$work/more"
is "more is taken" "$status $(json .accepted)" "200 16"
obeys_law "after more"
sent=$db
keys_of_sent=$(sql "SELECT count(*) FROM pg_indexes WHERE tablename LIKE 'cm!_%' ESCAPE '!'")

# The wrong targets.
from real_db
db=$sent
copy
is "one that holds calls" "$copy_status" 1
like "says so" "$(cat "$work/copied")" '*holds calls or other facts already*'
empty_app_db app
copy
is "a voice app's" "$copy_status" 1
refuses "a file" "$build/jobs/copy" "$source" "$work/other.db"
db=$(postgres_url "$postgres_folder" nowhere)
copy
is "none" "$copy_status" 1
like "as the server says it" "$(cat "$work/copied")" '*"nowhere" does not exist*'

# One that holds no call but something of its own all the same would lose it, or have it twice.
new_db own
ask_db
"$build/jobs/create" "$db" >"$work/made"
sql "INSERT INTO cm_health (component, status, at_us) VALUES ('worker', 'healthy', 1772445600000000)"
copy
is "one that holds a reading" "$copy_status $(sql 'SELECT count(*) FROM cm_health')" "1 1"

# Broken off in the middle: a table takes nothing for a while.
new_db broken
ask_db
"$build/jobs/create" "$db" >"$work/made"
sql "ALTER TABLE cm_counter ADD CONSTRAINT full_up CHECK (false)"
copy
is "broken off" "$copy_status" 1
like "why" "$(cat "$work/copied")" '*refused a statement*full_up*'
is "some of it is there" "$(sql "SELECT value FROM cm_meta WHERE key = 'moved_cm_call'")" "$(sqlite3 "$(own "$source")" 'SELECT count(*) FROM cm_call')"
ask hourly
is_problem 503 '' '*still being copied*'
sql "ALTER TABLE cm_counter DROP CONSTRAINT full_up; UPDATE cm_call SET metadata = 'gone on with' WHERE call_id = (SELECT min(call_id) FROM cm_call)"
copy
is "gone on with: what was there is not copied again, which the comparison sees" "$copy_status" 1
is "nothing twice" "$(numbers "$db")" "$(numbers "$source")"

# The original changed in between: it begins anew.
new_db anew
ask_db
"$build/jobs/create" "$db" >"$work/made"
sql "ALTER TABLE cm_counter ADD CONSTRAINT full_up CHECK (false)"
copy
is "broken off again" "$copy_status" 1
sqlite3 "$source" "INSERT INTO calls (call_id, call_type, started_at, status) VALUES ('late', 'inbound', '2026-02-06T10:00:00', 'active')"
take_in "$source"
sql "ALTER TABLE cm_counter DROP CONSTRAINT full_up"
copy
is "anew" "$copy_status" 0
is "with what came" "$(sql "SELECT count(*) FROM cm_call WHERE call_id = 'late'")" 1
is "the keys are back" "$(sql "SELECT count(*) FROM pg_indexes WHERE tablename LIKE 'cm!_%' ESCAPE '!'")" \
	"$keys_of_sent"

# So it does where as many rows are there, and a figure of one is another.
new_db figures
ask_db
"$build/jobs/create" "$db" >"$work/made"
sql "ALTER TABLE cm_counter ADD CONSTRAINT full_up CHECK (false)"
copy
is "broken off once more" "$copy_status" 1
numbers "$source" >"$work/before"
later_call=$(sqlite3 "$(own "$source")" 'SELECT min(call_id) FROM cm_call WHERE bin IS NOT NULL')
sqlite3 "$source" "UPDATE calls SET duration_seconds = duration_seconds + 0.000001 WHERE call_id = '$later_call'"
take_in "$source"
is "as many rows" "$(numbers "$source")" "$(cat "$work/before")"
sql "ALTER TABLE cm_counter DROP CONSTRAINT full_up; UPDATE cm_call SET metadata = 'of the first copy'"
copy
is "anew for that" "$copy_status $(sql "SELECT count(*) FROM cm_call WHERE metadata = 'of the first copy'")" "0 0"

# Broken off when the tables are just made: they are no empty database that answers.
new_db gap
ask_db
postgres_sql "${db##*/}" "CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS
		\$\$ BEGIN RAISE 'not yet'; END \$\$;
	CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('DROP INDEX') EXECUTE FUNCTION refuse()"
copy
is "tables are made" "$copy_status $(sql 'SELECT count(*) FROM cm_call')" "1 0"
like "and no more" "$(cat "$work/copied")" '*not yet*'
ask hourly
is_problem 503 '' '*still being copied*'
postgres_sql "${db##*/}" "DROP EVENT TRIGGER refuse; DROP FUNCTION refuse"
copy
is "and then" "$copy_status" 0

# A source that is none leaves the target as it was.
new_db nothing
made=$source
source=$work/none.db
copy
is "no source" "$copy_status $(sql "SELECT count(*) FROM pg_class WHERE relname = 'cm_meta'")" "1 0"
like "says so" "$(cat "$work/copied")" '*no call database*'
source=$made
db=$(postgres_url "$postgres_folder" "$(postgres_sql postgres "SELECT datname FROM pg_database WHERE datname LIKE '%!_gap!_%' ESCAPE '!'")")
ask_db

# A comparison can condemn.
sql "DELETE FROM cm_pack WHERE (pack_id >> 32 & 63) = 0"
refuses "a figure that is wrong" "$build/jobs/compare" "$source" "$db"
like "is named" "$(cat "$work/refuses.log")" '*dashboard?*is answered otherwise*'
finish
