# shellcheck shell=sh
# shellcheck disable=SC2034 # names that the tests read
#
# What the tests share.  A test sources this first, states its checks, and ends with `finish`:
#
#	. "${0%/*}/lib.sh"
#	real_db
#	ask hourly hours=2
#	is "status" "$status" 200
#	is "two hours" "$(json '.timeseries | length')" 2
#	finish
#
# A check that fails is told and counted, and the test goes on.  A line `# suites: normal sanitize valgrind` says in which
# builds scripts/test runs it; without one it is normal and sanitize.
#
# From the environment: CM_PACE, how long this machine takes for a piece of work, as a percentage of what it took where limits of time
# were set (scripts/test measures it; `scaled`); CALLMETRICS_BUILD, the folder with cgi-bin/ and jobs/ (default build/); CM_RUN, put before every
# program of ours (valgrind ...); CM_SUITE, what scripts/test calls this run; CM_ENGINE, sqlite (the default) or postgres: where
# the databases of the test are.

set -eu

top=$(cd "${0%/*}/.." && pwd -P)
# As scripts/lib.sh has it: a source folder that was configured in place is built in place, any other in build/.
build=$top/build
[ ! -e "$top/config.status" ] || build=$top
build=${CALLMETRICS_BUILD:-$build}
suite=${CM_SUITE:-normal}
engine=${CM_ENGINE:-sqlite}
test_name=${0##*/}
test_name=${test_name%.sh}
golden_dir=$top/tests/golden
NOW=2026-02-06T10:30:00Z
CALLMETRICS_INSTANCE=test
export CALLMETRICS_INSTANCE
PATH=$PATH:/usr/sbin:/sbin
LC_ALL=C.UTF-8
TZ=UTC
export PATH LC_ALL TZ

# scaled N: a limit of time, as it is on this machine.
scaled() {
	echo $(($1 * ${CM_PACE:-100} / 100))
}

# On a slow machine a question may take longer, and under valgrind its time.
[ "${CM_PACE:-100}" -le 100 ] || CALLMETRICS_QUERY_LIMIT_MS=$(scaled 8000)
[ -z "${CM_RUN:-}" ] || CALLMETRICS_QUERY_LIMIT_MS=600000
[ -z "${CALLMETRICS_QUERY_LIMIT_MS:-}" ] || export CALLMETRICS_QUERY_LIMIT_MS
unset REQUEST_METHOD QUERY_STRING SCRIPT_NAME HTTP_ACCEPT CALLMETRICS_DB CALLMETRICS_TENANT CALLMETRICS_KEY_ID CALLMETRICS_KEYS CALLMETRICS_LOGINS CALLMETRICS_NOW REQUEST_ID

# Debian's python3 has the modules that its packages bring; another one that comes first on the path may not.
python=/usr/bin/python3
[ -x "$python" ] || python=python3
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE

# What leaks is a failure; what a library keeps until exit is not ours.
ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0:exitcode=99}
UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1:exitcode=99}
export ASAN_OPTIONS UBSAN_OPTIONS

[ -x "$build/cgi-bin/hourly" ] || {
	echo "$test_name: nothing is built in $build; scripts/test builds and runs everything" >&2
	exit 2
}

# shellcheck source-path=SCRIPTDIR source=postgres.inc
. "$top/tests/postgres.inc"

[ "$engine" = sqlite ] || has_postgres "$build" || {
	echo "$test_name: built without PostgreSQL, or there is no server to try it on"
	exit 77
}

work=$(mktemp -d "${TMPDIR:-/tmp}/cm-$test_name.XXXXXX")
pids=
servers=
checks=0
failures=0
finished=no

# leave: ends what the test started, by its number, and takes the scratch folder away.
leave() {
	leave_status=$?
	trap - EXIT
	for leave_pid in $pids; do
		kill "$leave_pid" 2>/dev/null || :
	done
	for leave_pid in $pids; do
		wait "$leave_pid" 2>/dev/null || :
	done
	for leave_folder in $servers; do
		remove_postgres "$leave_folder"
	done
	[ "$finished" = yes ] || [ ! -s "$work/job.log" ] || cat "$work/job.log"
	rm -rf "$work"
	if [ "$finished" = no ]; then
		echo "$test_name: ended before its end"
		[ "$leave_status" -ne 0 ] || leave_status=1
	fi
	exit "$leave_status"
}
trap leave EXIT
trap 'exit 1' HUP INT TERM

# later PID: a process that `leave` ends.
later() {
	pids="$pids $1"
}

# end_process PID: ends it now.
end_process() {
	kill "$1" 2>/dev/null || :
	wait "$1" 2>/dev/null || :
}

# wrong TEXT...: counts a failure and tells it.
wrong() {
	failures=$((failures + 1))
	echo "FAILED: $1"
	shift
	for wrong_line in "$@"; do
		printf '%s\n' "$wrong_line" | head -c 4000 | sed 's/^/    /'
	done
}

# is WHAT GOT WANT: the two texts are the same.
is() {
	checks=$((checks + 1))
	[ "$2" = "$3" ] || wrong "$1" "got:  $2" "want: $3"
}

# isnt WHAT GOT UNWANTED
isnt() {
	checks=$((checks + 1))
	[ "$2" != "$3" ] || wrong "$1" "got what must not be: $2"
}

# like WHAT GOT PATTERN: GOT matches a pattern of the shell.
like() {
	checks=$((checks + 1))
	# shellcheck disable=SC2254 # a pattern it is
	case $2 in
	$3) ;;
	*) wrong "$1" "got:         $2" "want like:   $3" ;;
	esac
}

# unlike WHAT GOT PATTERN
unlike() {
	checks=$((checks + 1))
	# shellcheck disable=SC2254
	case $2 in
	$3) wrong "$1" "got:           $2" "want not like: $3" ;;
	esac
}

# passes WHAT COMMAND...: the command succeeds.
passes() {
	checks=$((checks + 1))
	passes_what=$1
	shift
	"$@" >"$work/passes.log" 2>&1 || wrong "$passes_what" "failed: $*" "$(cat "$work/passes.log")"
}

# refuses WHAT COMMAND...: the command fails, but not by a signal or a sanitizer.
refuses() {
	checks=$((checks + 1))
	refuses_what=$1
	shift
	refuses_status=0
	"$@" >"$work/refuses.log" 2>&1 || refuses_status=$?
	if [ "$refuses_status" -eq 0 ] || [ "$refuses_status" -ge 99 ]; then
		wrong "$refuses_what" "exit status $refuses_status of: $*" "$(cat "$work/refuses.log")"
	fi
}

# left_out TEXT: what is not tested here, and for want of what; scripts/test tells it at its end, too.
left_out() {
	echo "left out: $1"
}

# finish: the end of a test; without it a test has failed.
finish() {
	finished=yes
	echo "$checks checks, $failures failed"
	[ "$failures" -eq 0 ] && [ "$checks" -gt 0 ]
	exit $?
}

# Databases.  scripts/test makes those that every test reads once, in CM_FIXTURES and on the server of CM_POSTGRES; alone, a test
# makes its own.  Whatever makes one sets $db, which is a path or a URL.

# postgres_server: a server that databases can be made on; postgres_folder is its folder.
postgres_server() {
	[ -z "${postgres_folder:-}" ] || return 0
	postgres_folder=${CM_POSTGRES:-}
	[ -z "$postgres_folder" ] || return 0
	own_server
}

# shared_server: whether databases are made on the server of scripts/test, where those that every test reads are.
shared_server() {
	[ "$engine" = postgres ] || return 1
	postgres_server
	[ "$postgres_folder" = "${CM_POSTGRES:-}" ]
}

# own_server [SETTING ...]: a server of this test's own, which ends with it.
own_server() {
	make_postgres "$@"
	servers="$servers $postgres_folder"
}

# new_db NAME [TEMPLATE]: where a database of that name is to be; on PostgreSQL it is made, and empty but for what TEMPLATE has.
new_db() {
	if [ "$engine" = sqlite ]; then
		db=$work/$1.db
		rm -f "$db" "$db-wal" "$db-shm" "$db-journal" "$db.callmetrics" "$db.callmetrics-wal" "$db.callmetrics-shm"
		return 0
	fi
	postgres_server
	new_name=$(printf '%s_%s_%s' "$test_name" "$1" "$$" | tr -c 'a-z0-9_\n' _)
	db=$(postgres_url "$postgres_folder" "$new_name")
	postgres_sql postgres "DROP DATABASE IF EXISTS $new_name WITH (FORCE)"
	postgres_sql postgres "CREATE DATABASE $new_name OWNER cm TEMPLATE ${2:-template0}"
	[ -z "${CM_TIMESCALE:-}" ] || postgres_sql "$new_name" 'CREATE EXTENSION timescaledb'
}

# app_db NAME: the voice app's own database, as its program wrote it.
app_db() {
	if shared_server; then
		new_db "$1" app
		return 0
	fi
	new_db "$1"
	app_file=$db
	[ "$engine" = sqlite ] || app_file=$work/app-rows.db
	if [ -n "${CM_FIXTURES:-}" ]; then
		cp "$CM_FIXTURES/app.db" "$app_file"
		chmod u+w "$app_file"
	else
		xz -dc "$top/tests/data/call_history.db.xz" >"$app_file"
	fi
	[ "$engine" = sqlite ] || copy_app_db "$app_file" "$db"
}

# attach DB, detach DB, migrate DB: our jobs.
attach() { ${CM_RUN:-} "$build/jobs/attach" "$1" 2>"$work/job.log" >/dev/null; }
detach() { ${CM_RUN:-} "$build/jobs/detach" "$1" 2>"$work/job.log" >/dev/null; }
migrate() { ${CM_RUN:-} "$build/jobs/migrate" "$1" 2>"$work/job.log" >/dev/null; }

# ask_db: questions are asked of $db, at $NOW.
ask_db() {
	CALLMETRICS_DB=$db
	CALLMETRICS_NOW=$NOW
	export CALLMETRICS_DB CALLMETRICS_NOW
}

# real_db: a copy of that database, attached.
real_db() {
	if shared_server; then
		new_db real real
	elif [ "$engine" = sqlite ] && [ -n "${CM_FIXTURES:-}" ]; then
		new_db real
		cp "$CM_FIXTURES/real.db" "$db"
		cp "$CM_FIXTURES/real.db.callmetrics" "$db.callmetrics"
	else
		app_db real
		attach "$db"
	fi
	ask_db
}

# made_db: the made database (tests/referee/make-fixture.py), attached.
made_db() {
	if shared_server; then
		new_db made made
	elif [ "$engine" = sqlite ] && [ -n "${CM_FIXTURES:-}" ]; then
		new_db made
		cp "$CM_FIXTURES/made.db" "$db"
		cp "$CM_FIXTURES/made.db.callmetrics" "$db.callmetrics"
	else
		new_db made
		made_file=$db
		[ "$engine" = sqlite ] || made_file=$work/made-rows.db
		"$python" "$top/tests/referee/make-fixture.py" "$made_file"
		[ "$engine" = sqlite ] || copy_app_db "$made_file" "$db"
		attach "$db"
	fi
	ask_db
}

# empty_app_db NAME: the voice app's tables without a row.
empty_app_db() {
	new_db "$1"
	if [ "$engine" = sqlite ]; then
		sql <"$top/tests/data/app-schema.sql"
	else
		sql <"$top/tests/data/app-schema-postgres.sql"
	fi
}

# attached_db NAME: the same, attached, and asked.
attached_db() {
	empty_app_db "$1"
	attach "$db"
	ask_db
}

# own_db: a call database of our own, with nothing in it.
own_db() {
	new_db own
	# shellcheck disable=SC2086 # words
	${CM_RUN:-} "$build/jobs/create" "$db" >"$work/job.log" 2>&1
	ask_db
}

# obeys_law WHAT: the rollups of $db are what its facts give.
obeys_law() {
	take_in "$db"
	is "$1: the law" "$(/usr/bin/python3 "$top/tests/packs.py" "$(own "$db")" 2>&1)" ''
}

# take_in DB: takes in what the voice app wrote, where one is followed.
take_in() {
	if [ "$engine" != sqlite ] || [ -e "$1.callmetrics" ]; then
		"$build/jobs/follow" --once "$1" >"$work/follow.log" 2>&1 || :
	fi
}

# own DB: the file that has our tables.
own() { if [ -e "$1.callmetrics" ]; then printf '%s.callmetrics' "$1"; else printf '%s' "$1"; fi; }

# What a session on PostgreSQL is told that makes tables where an app does, and finds ours, too.
OUR_PATH='-c search_path=public,callmetrics'

# sql [STATEMENT]: what the database $db says to a statement, or to those on standard input; a line a row, | between columns.
# Statements of tests are to run on both engines.
# What the voice app wrote is taken in before; on SQLite its tables and ours are in two files, which are opened together.
sql() {
	take_in "$db"
	if [ "$engine" = sqlite ] && [ -e "$db.callmetrics" ]; then
		sqlite3 -cmd "ATTACH '$db' AS app" "$db.callmetrics" "$@"
		return
	elif [ "$engine" = sqlite ]; then
		sqlite3 "$db" "$@"
		return
	fi
	if [ $# -eq 0 ]; then
		set -- -f -
	else
		set -- -c "$1"
	fi
	# Of tables that were filled a moment ago the planner knows nothing, and takes loops for short.
	PGOPTIONS="-c client_min_messages=warning -c enable_nestloop=off -c jit=off $OUR_PATH" psql -X -q -A -t -F '|' -v ON_ERROR_STOP=1 -d "$db" "$@"
}

# dump: all of $db as text.
dump() {
	take_in "$db"
	if [ "$engine" = sqlite ]; then
		sqlite3 "$(own "$db")" .dump
	else
		# It puts a line between two words of its own, other ones each time.
		"$(postgres_programs)/pg_dump" -d "$db" | grep -v -E '^\\(un)?restrict '
	fi
}

# hold_db: from now on somebody writes to $db, and no other can, until release_db; sets holder, the process.
hold_db() {
	rm -f "$work/held"
	hold_till="touch $work/held ; while test -e $work/held ; do sleep 0.1 ; done"
	if [ "$engine" = sqlite ]; then
		sqlite3 "$(own "$db")" 'BEGIN IMMEDIATE' ".shell $hold_till" ROLLBACK >"$work/holder" 2>&1 &
	else
		# The number of the lock is shared/store/store_postgres.c's.
		psql -X -q -d "$db" -c 'SELECT pg_advisory_lock(25453, 1)' -c "\\! $hold_till" >"$work/holder" 2>&1 &
	fi
	holder=$!
	later "$holder"
	until [ -e "$work/held" ]; do
		sleep 0.05
	done
}

release_db() {
	rm -f "$work/held"
	wait "$holder" || :
}

# chosen SQLITE POSTGRES: one of two texts; for where the engines have no text in common.
chosen() {
	if [ "$engine" = sqlite ]; then
		printf '%s' "$1"
	else
		printf '%s' "$2"
	fi
}

# Questions.

# ask QUESTION [QUERY] [NAME=VALUE...]: asks as plain CGI; sets status, and the files $work/head, body and log.
ask() {
	ask_question=$1
	ask_query=${2:-}
	shift
	[ $# -eq 0 ] || shift
	ask_rc=0
	# shellcheck disable=SC2086 # words
	env REQUEST_METHOD=GET QUERY_STRING="$ask_query" "$@" ${CM_RUN:-} "$build/cgi-bin/$ask_question" </dev/null \
		>"$work/raw" 2>"$work/log" || ask_rc=$?
	if [ "$ask_rc" -ne 0 ]; then
		checks=$((checks + 1))
		wrong "$ask_question?$ask_query ends with status $ask_rc" "$(cat "$work/log")"
	fi
	split_answer
}

# post PROGRAM FILE [NAME=VALUE...]: posts a file as plain CGI, as NDJSON unless CONTENT_TYPE is given; sets what `ask` does.
post() {
	post_program=$1
	post_file=$2
	shift 2
	post_rc=0
	# shellcheck disable=SC2086 # words
	env REQUEST_METHOD=POST QUERY_STRING= CONTENT_TYPE=application/x-ndjson CONTENT_LENGTH="$(wc -c <"$post_file")" "$@" \
		${CM_RUN:-} "$build/cgi-bin/$post_program" <"$post_file" >"$work/raw" 2>"$work/log" || post_rc=$?
	if [ "$post_rc" -ne 0 ]; then
		checks=$((checks + 1))
		wrong "POST $post_program ends with status $post_rc" "$(cat "$work/log")"
	fi
	split_answer
}

# post_text PROGRAM TEXT [NAME=VALUE...]: the same with a text as JSON.
post_text() {
	post_to=$1
	printf '%s' "$2" >"$work/posted"
	shift 2
	post "$post_to" "$work/posted" CONTENT_TYPE=application/json "$@"
}

# split_answer: $work/raw into $work/head, $work/body and $status.
split_answer() {
	split_at=$(awk -v head="$work/head" '
		BEGIN { printf "" >head }
		{ n += length($0) + 1; sub(/\r$/, "") }
		$0 == "" { exit }
		{ print >head }
		END { print n + 1 }' "$work/raw")
	tail -c "+$split_at" "$work/raw" >"$work/body"
	status=$(sed -n 's/^Status: \([0-9]*\).*/\1/p' "$work/head")
}

# header NAME: a header of the last answer.
header() {
	sed -n "s/^$1: //Ip" "$work/head" | head -n 1
}

# json FILTER: what jq says of the last answer's body.
json() {
	jq -rc "$1" "$work/body" 2>&1 || :
}

# golden NAME: the last answer's body is tests/golden/NAME, byte for byte.
golden() {
	same_as_golden "$1" "$work/body"
}

# same_as_golden NAME FILE.  With UPDATE_GOLDEN=1 in the environment the golden file is written; look at what changed.
same_as_golden() {
	checks=$((checks + 1))
	if [ "${UPDATE_GOLDEN:-}" = 1 ]; then
		cp "$2" "$golden_dir/$1"
	elif ! cmp -s "$golden_dir/$1" "$2"; then
		wrong "differs from tests/golden/$1" "$(diff -a "$golden_dir/$1" "$2" 2>&1 | cut -c 1-2000 | head -n 40)"
	fi
}

# is_problem STATUS PARAMETER [DETAIL-PATTERN]: the last answer is the problem document of RFC 9457 that API.md promises.
# PARAMETER is '' where none is to blame.
is_problem() {
	is "status, type, caching" "$status $(header Content-Type) $(header Cache-Control)" "$1 application/problem+json no-store"
	is "the document" "$(json '[.status, .type, (.title | type), .parameter // "",
		(keys - ["type", "title", "status", "detail", "parameter", "request_id"])]')" \
		"[$1,\"about:blank\",\"string\",\"$2\",[]]"
	like "detail" "$(json .detail)" "${3:-?*}"
	names_nothing
}

# names_nothing: the last answer's body tells no path, SQL or stack of the server.
names_nothing() {
	checks=$((checks + 1))
	if grep -a -n -i -E "$work|/tmp/|cm-pg|postgresql:|\.db|SELECT |INSERT |sqlite_master|pg_catalog|cm_[a-z]+\.|\.[ch]:[0-9]|/home|/usr" "$work/body" >"$work/named"; then
		wrong "names something of the server" "$(cat "$work/named")"
	fi
}

# A worker on a real FastCGI socket.

# serve QUESTION [NAME=VALUE...]: starts one; sets worker, the process, and socket.
serve() {
	serve_question=$1
	shift
	socket=$work/$serve_question.sock
	rm -f "$socket"
	# shellcheck disable=SC2016,SC2086 # words
	env "$@" spawn-fcgi -n -s "$socket" -- "${CM_SHELL:-/bin/sh}" -c 'exec "$@"' worker ${CM_RUN:-} \
		"$build/cgi-bin/$serve_question" >"$work/worker.out" 2>"$work/worker.log" &
	worker=$!
	later "$worker"
	serve_left=$(scaled 100)
	while [ ! -S "$socket" ] && [ "$serve_left" -gt 0 ]; do
		sleep 0.1
		serve_left=$((serve_left - 1))
	done
}

# send [QUERY] [NAME=VALUE...]: asks the worker of `serve`; sets status and the files as `ask` does.
send() {
	send_query=${1:-}
	[ $# -eq 0 ] || shift
	env REQUEST_METHOD=GET QUERY_STRING="$send_query" "$@" timeout "$(scaled 60)" cgi-fcgi -bind -connect "$socket" </dev/null \
		>"$work/raw" 2>"$work/log" || :
	split_answer
}

# lives: the worker of `serve` has not ended.
lives() {
	checks=$((checks + 1))
	kill -0 "$worker" 2>/dev/null || wrong "the worker died" "$(cat "$work/worker.log")"
}

# stop_worker: asks the worker to end; it ends in order, and no sanitizer or valgrind complains.
stop_worker() {
	checks=$((checks + 1))
	kill -TERM "$worker" 2>/dev/null || :
	stop_status=0
	wait "$worker" || stop_status=$?
	if [ "$stop_status" -ne 0 ] && [ "$stop_status" -ne 1 ]; then
		wrong "the worker ended with status $stop_status" "$(cat "$work/worker.log")"
	fi
	if grep -E 'ERROR: (Address|Leak)Sanitizer|runtime error:' "$work/worker.log" >/dev/null; then
		wrong "the worker was complained of" "$(cat "$work/worker.log")"
	fi
}
