#!/bin/sh
# pg-trouble: a server that is away, locked, full of connections, read-only or of another version gets a 503 that says which trouble it
# is and what to do, names neither host nor password, and is over for the same worker when its cause is gone: trouble.sh's twin.
# suites: postgres
CM_ENGINE=${CM_ENGINE:-postgres}
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

own_server 'max_connections = 12' 'superuser_reserved_connections = 6'
real_db
name=${db##*/}
owner=$db

# as ROLE [DATABASE]: the database as it is for that role, with a password that nobody may read.
as() {
	db=$(postgres_url "$postgres_folder" "${2:-$name}" "$1:Sesame42")
	CALLMETRICS_DB=$db
}

# names_nobody: neither host, role nor password.
names_nobody() {
	names_nothing
	checks=$((checks + 1))
	! grep -n -i -E 'sesame|socket|localhost|@|role "|user "|database "' "$work/body" >"$work/named" || wrong "names somebody" "$(cat "$work/named")"
}

# post_events: sends what was not taken before, unless it was.
post_events() {
	post events "$top/tests/events/example.ndjson" CALLMETRICS_NOW=2026-03-02T11:00:00Z
}

# is_trouble PATTERN: the last answer is a 503 that says so, and when to come again.
is_trouble() {
	is_problem 503 '' "$1"
	names_nobody
	isnt "Retry-After: $1" "$(header Retry-After)" ''
}

# in_trouble PATTERN: the worker, other questions, health and whoever sends are told so.
in_trouble() {
	send 'hours=1'
	is_trouble "$1"
	send 'hours=2'
	is_trouble "$1"
	lives
	ask dashboard
	is_trouble "$1"
	ask export 'format=csv'
	is_trouble "$1"
	ask health
	is "health: status" "$status $(json '[.status, .indicators.calls_last_hour]')" '503 ["degraded",0]'
	like "health: warning" "$(json '.warnings[0]')" "$1"
	names_nobody
	ask health '' SCRIPT_NAME=/healthz
	is "probe" "$status $(cat "$work/body")" '503 unavailable'
	post_events
	is_trouble "$1"
}

# well WHAT: the same worker answers rightly again, once it has tried again.
well() {
	well_left=$(scaled 80)
	send 'hours=24'
	while [ "$status" = 503 ] && [ "$well_left" -gt 0 ]; do
		sleep 0.1
		well_left=$((well_left - 1))
		send 'hours=24'
	done
	is "$1: status" "$status" 200
	is "$1: total" "$(json '[.timeseries[].total] | add')" 468
	lives
}

# serve_db [NAME=VALUE ...]: a worker that asks $db.
serve_db() {
	serve hourly CALLMETRICS_DB="$db" CALLMETRICS_NOW="$NOW" "$@"
}

# hold STATEMENT: a session in which it was done, until `let_go`.
hold() {
	mkfifo "$work/hold"
	: >"$work/held"
	PGOPTIONS=$OUR_PATH psql -X -q -A -t -d "$(postgres_url "$postgres_folder" "$name" postgres)" <"$work/hold" >"$work/held" 2>&1 &
	holder=$!
	later "$holder"
	exec 3>"$work/hold"
	printf 'BEGIN;\n%s;\nSELECT 42;\n' "$1" >&3
	until grep -q '^42' "$work/held" || ! kill -0 "$holder"; do
		sleep 0.05
	done
}

let_go() {
	printf 'ROLLBACK;\n\\q\n' >&3
	exec 3>&-
	wait "$holder" || :
	rm "$work/hold"
}

CM_RUN_SAVED=${CM_RUN:-}
CM_RUN=
as cm

# A server that is away when the worker starts, and when it has been asked before.
end_postgres "$postgres_folder"
serve_db
in_trouble '*server went away or cannot be reached*'
like "the log says why" "$(cat "$work/log")" '*callmetrics.store*'
run_postgres "$postgres_folder"
well "away at the start, and there"
end_postgres "$postgres_folder" immediate
in_trouble '*server went away or cannot be reached*'
run_postgres "$postgres_folder"
well "away in between, and back"
end_postgres "$postgres_folder"
run_postgres "$postgres_folder"
send 'hours=24'
is "away while nobody asked: nothing is seen of it" "$status" 200
end_postgres "$postgres_folder" immediate
run_postgres "$postgres_folder"
send 'hours=24'
is "nor of a crash" "$status" 200

# Ended in the midst of a question.
hold 'LOCK TABLE cm_pack, cm_call'
send 'hours=3' &
sender=$!
later "$sender"
left=$(scaled 100)
while [ "$left" -gt 0 ] && [ "$(postgres_sql "$name" "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
	WHERE application_name = 'callmetrics' AND wait_event_type = 'Lock'")" = 0 ]; do
	sleep 0.05
	left=$((left - 1))
done
wait "$sender" || :
split_answer
is_trouble '*server went away or cannot be reached*'
isnt "it was asking" "$left" 0

# Locked, for shorter than the question may take, and for longer.
send 'hours=3'
is_trouble '*locked by another program*try again*'
stop_worker
serve_db CALLMETRICS_QUERY_LIMIT_MS=300
send 'hours=3'
is_trouble '*took too long*narrower window*'
let_go
well "locked, and free again"
stop_worker
serve_db

# Whoever writes waits for who writes.
hold 'SELECT pg_advisory_xact_lock(25453, 1)'
post_events
is_trouble '*locked by another program*try again*'
let_go
well "never away for who asks"

# No rights: of a role that is none of ours, of one that may only ask, and of one that may not come in.
postgres_sql postgres "CREATE ROLE stranger LOGIN; CREATE ROLE asks LOGIN"
passes "the roles" "$build/jobs/roles" "$owner"
postgres_sql postgres "GRANT callmetrics_reader TO asks"
stop_worker
as stranger
serve_db
in_trouble '*role may not do this*roles in*'
postgres_sql postgres "GRANT callmetrics_reader TO stranger"
well "and then it may"
stop_worker
as asks
post_events
is_trouble '*role may not do this*roles in*'
postgres_sql postgres "CREATE ROLE late"
as late
serve_db
in_trouble '*refuses the connection*log*'
like "which does" "$(cat "$work/log")" '*not permitted to log in*'
postgres_sql postgres "ALTER ROLE late LOGIN; GRANT callmetrics_reader TO late"
well "let in"
stop_worker
as cm nowhere
serve_db
in_trouble '*refuses the connection*log*'
like "and why" "$(cat "$work/log")" '*does not exist*'
stop_worker
as cm
serve_db

# Connections: what is left for ordinary roles is taken by others.
well "before the crowd"
stop_worker
# A connection that was closed may be held by its server process a little longer.
left=$(scaled 200)
while [ "$left" -gt 0 ] && [ "$(postgres_sql "$name" "SELECT count(*) FROM pg_stat_activity WHERE usename = 'cm'")" -gt 0 ]; do
	sleep 0.05
	left=$((left - 1))
done
crowd=
for n in 1 2 3 4 5 6; do
	psql -X -q -A -t -d "$owner" -c "SELECT pg_sleep(60)" >"$work/crowd-$n" 2>&1 &
	crowd="$crowd $!"
	later "$!"
done
left=$(scaled 100)
while [ "$left" -gt 0 ] && [ "$(postgres_sql "$name" "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'")" -lt 6 ]; do
	sleep 0.05
	left=$((left - 1))
done
isnt "a crowd of six" "$left" 0
serve_db
in_trouble '*no connection to spare*max_connections*'
postgres_sql "$name" "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'" >/dev/null
for n in $crowd; do
	wait "$n" || :
done
well "room again"

# A server that only reads answers, and takes nothing.
postgres_sql postgres "ALTER DATABASE $name SET default_transaction_read_only = on"
ask hourly 'hours=24'
is "read-only: who asks" "$status" 200
post_events
is_trouble '*only reads*primary*'
post cleanup /dev/null CONTENT_TYPE=application/json
is_trouble '*only reads*primary*'
postgres_sql postgres "ALTER DATABASE $name RESET default_transaction_read_only"
post_events
is "and then it is taken" "$status $(json .accepted)" "200 16"

# Versions, and what is none of ours.
stop_worker
real_db
as cm "${db##*/}"
serve_db
sql "UPDATE cm_meta SET key = 'away' WHERE key = 'schema_version'"
in_trouble '*broken off*callmetrics attach*'
sql "INSERT INTO cm_meta VALUES ('schema_version', '1')"
in_trouble '*older version*callmetrics migrate*'
sql "UPDATE cm_meta SET value = '999' WHERE key = 'schema_version'"
in_trouble '*newer version*upgrade*'
sql "DELETE FROM cm_meta WHERE key = 'schema_version'; UPDATE cm_meta SET key = 'schema_version' WHERE key = 'away'"
well "an older and a newer version, and back"
stop_worker
app_db app
as cm "${db##*/}"
serve_db
in_trouble '*not attached*callmetrics attach*'
attach "$db"
well "not attached, and then attached"

# Detached and dropped under a worker that has its connection.
detach "$db"
send 'hours=1'
like "detached under the worker" "$status" 503
names_nobody
isnt "when to come again" "$(header Retry-After)" ''
attach "$db"
well "attached again"

# Pages overwritten, as a disk does that is going.
path=$postgres_folder/data/$(sql "SELECT pg_relation_filepath('cm_pack_pkey')")
end_postgres "$postgres_folder"
pages=$(($(wc -c <"$path") / 8192))
as_postgres dd if=/dev/urandom of="$path" bs=8192 count="$pages" conv=notrunc 2>/dev/null
run_postgres "$postgres_folder"
left=$(scaled 80)
send 'hours=24'
while [ "$left" -gt 0 ] && [ "$(json .detail | grep -c 'went away')" = 1 ]; do
	sleep 0.1
	left=$((left - 1))
	send 'hours=24'
done
is_trouble '*corrupt*backup*'
lives
sql 'REINDEX TABLE cm_pack'
well "corrupt, and mended"
stop_worker

# A full disk: a small one that only this server sees, so that nothing of it is left behind.
if [ "$(id -u)" -eq 0 ] && unshare -m mount -t tmpfs none /mnt 2>/dev/null; then
	small=$postgres_folder/small
	end_postgres "$postgres_folder"
	as_postgres mkdir "$small"
	# shellcheck disable=SC2016 # the inner shell's
	unshare -m sh -c 'mount -t tmpfs -o "size=32m,mode=700,uid=$1,gid=$2" none "$3" &&
		setpriv --reuid="$1" --regid="$2" --clear-groups -- "$4/pg_ctl" -D "$5/data" -l "$5/log" -w -t 60 -s start' \
		small "$(as_postgres id -u)" "$(as_postgres id -g)" "$small" "$(postgres_programs)" "$postgres_folder"
	postgres_sql postgres "CREATE TABLESPACE small LOCATION '$small'"
	postgres_sql postgres "CREATE DATABASE small OWNER cm TABLESPACE small TEMPLATE template0"
	as cm small
	passes "one of our own on it" "$build/jobs/create" "$db"
	seen=/proc/$(head -n 1 "$postgres_folder/data/postmaster.pid")/root$small
	dd if=/dev/zero of="$seen/filler" bs=4096 2>/dev/null || :
	post_events
	is_trouble '*disk*is full*free some space*'
	ask hourly
	is "who asks is answered" "$status" 200
	rm "$seen/filler"
	post_events
	is "room again" "$status $(json .accepted)" "200 16"
else
	echo "no full disk was tried: that takes root, and a file system of one's own"
fi
CM_RUN=$CM_RUN_SAVED
finish
