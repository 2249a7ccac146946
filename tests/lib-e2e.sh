# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # names that the tests read, names of lib.sh
#
# What the end-to-end tests share: scripts/run serving a call database in a folder and on ports of its own, and a client.
# A test sources lib.sh, then this:
#
#	. "${0%/*}/lib.sh"
#	. "${0%/*}/lib-e2e.sh"
#	app_db "$work/calls.db"
#	open_site "$work/calls.db"
#	get /metrics/hourly
#	is "status" "$status" 200
#	finish

user=ops
password='pass word:"x"'
sites=

# A site ends with the test that opened it; what it logged last is told when the test fails.
stop_sites() {
	for stop_folder in $sites; do
		if [ "$failures" -gt 0 ] || [ "$finished" = no ]; then
			tail -n 5 "$stop_folder"/log/error.log "$stop_folder"/log/run.log "$stop_folder"/log/programs.log || :
		fi
		"$top/scripts/run" --stop --dir "$stop_folder" >/dev/null 2>&1 || :
		rm -rf -- "$stop_folder"
	done
}
trap 'e2e_status=$?; set +e; stop_sites; (exit $e2e_status); leave' EXIT

now_ms() {
	date +%s%3N
}

# wait_for SECONDS COMMAND...: until it succeeds; fails when it does not.
wait_for() {
	wait_until=$(($(now_ms) + $1 * 1000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(now_ms)" -lt "$wait_until" ] || return 1
		sleep 0.05
	done
}

# within WHAT MILLISECONDS MOST
within() {
	checks=$((checks + 1))
	[ "$2" -le "$3" ] || wrong "$1" "took $2 ms, may take $3 ms"
}

# many_calls PATH N: a voice app's database of N calls of half a minute each, one every two seconds up to $NOW.
many_calls() {
	sqlite3 "$1" <<-SQL
		CREATE TABLE calls (call_id TEXT PRIMARY KEY, call_type TEXT NOT NULL, caller_number TEXT, callee_number TEXT,
			started_at TEXT NOT NULL, ended_at TEXT, duration_seconds REAL, status TEXT NOT NULL, recording_path TEXT,
			transcript_path TEXT, has_audio BOOLEAN DEFAULT FALSE, has_transcript BOOLEAN DEFAULT FALSE, metadata TEXT);
		WITH RECURSIVE n (i, at) AS (SELECT $2, strftime('%s', '$NOW') - 2 * $2
			UNION ALL SELECT i - 1, at + 2 FROM n WHERE i > 1)
		INSERT INTO calls SELECT printf('CA%032x', i), iif(i % 3, 'inbound', 'outbound'), printf('+1%010d', i),
			'+14402915517', strftime('%Y-%m-%dT%H:%M:%S.000000+00:00', at, 'unixepoch'),
			strftime('%Y-%m-%dT%H:%M:%S.000000+00:00', at + 30, 'unixepoch'), 30.0, 'completed', NULL, NULL, 0, 1, NULL
			FROM n;
	SQL
}

free_port() {
	printf '%s\n' $((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000))
}

# run_site FOLDER [option ...]: scripts/run --detach on free ports; $http and $https are its addresses.
run_site() {
	site=$1
	shift
	sites="$sites $site"
	for run_try in 1 2 3 4 5; do
		port=$(free_port) tls_port=$(free_port)
		if CALLMETRICS_BUILD=$build CALLMETRICS_PASSWORD=$password "$top/scripts/run" --no-install --detach \
			--dir "$site" --port "$port" --tls-port "$tls_port" --user "$user" "$@" >"$work/run.out" 2>&1; then
			http=http://127.0.0.1:$port https=https://127.0.0.1:$tls_port
			return 0
		fi
		grep -q 'in use' "$work/run.out" || break
	done
	cat "$work/run.out"
	return 1
}

# open_site DATABASE [option ...]: serves it with the clock at $NOW; $site is the folder (its name is short: sockets).
open_site() {
	CALLMETRICS_NOW=$NOW
	export CALLMETRICS_NOW
	open_database=$1
	shift
	run_site "$(mktemp -d /tmp/cm-site.XXXXXX)" --db "$open_database" "$@"
}

# keeper: the process that keeps everything of $site alive.
keeper() {
	cut -d ' ' -f 1 "$site/run.pid"
}

# head_of NAME: the process that heads what scripts/run started under that name.
head_of() {
	sed -n "s/^\([0-9]*\) [0-9]* $1\$/\1/p" "$site/children" | tail -n 1
}

# workers NAME: the processes that answer that question.
workers() {
	head_pid=$(head_of "$1")
	cat "/proc/$head_pid/task/$head_pid/children" 2>/dev/null || :
}

# signal SIGNAL PID...
signal() {
	signal_name=$1
	shift
	for signal_pid; do
		kill "-$signal_name" "$signal_pid" 2>/dev/null || :
	done
}

# bare PATH [option of curl ...]: asks without a login; $status, $work/head and $work/body are the answer, $code is how curl
# ended, $took_ms how long it took.
bare() {
	bare_path=$1
	shift
	: >"$work/head.raw"
	: >"$work/body"
	asked_ms=$(now_ms)
	code=0
	status=$(curl -sk -m 30 -D "$work/head.raw" -o "$work/body" -w '%{http_code}' "$@" "$http$bare_path") || code=$?
	took_ms=$(($(now_ms) - asked_ms))
	tr -d '\r' <"$work/head.raw" >"$work/head"
}

# get PATH [option of curl ...]: the same with the login.
get() {
	get_path=$1
	shift
	bare "$get_path" -u "$user:$password" "$@"
}

# body: the last answer's.
body() {
	cat "$work/body"
}
