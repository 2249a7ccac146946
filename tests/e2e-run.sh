#!/bin/sh
# scripts/run: a demo whose printed lines work, one to a folder, stopped whole and alone, errors that say what to do.
# suites: normal
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

unset CALLMETRICS_NOW
# A neighbour, and somebody's process that has nothing to do with it: both outlive what is stopped here.
app_db calls
CALLMETRICS_NOW=$NOW run_site "$(mktemp -d /tmp/cm-site.XXXXXX)" --db "$db"
neighbour=$http
sleep 600 &
bystander=$!
later "$bystander"

CALLMETRICS_JOB_LEASE_MS=2000 run_site "$(mktemp -d /tmp/cm-site.XXXXXX)" --listen 127.0.0.1
cp "$work/run.out" "$work/announced"
demo=$site

# What it prints works as it is printed.
sed -n 's/^  \(curl .*\)/\1/p' "$work/announced" >"$work/lines"
is "lines to try" "$(wc -l <"$work/lines")" 3
while IFS= read -r line; do
	passes "$line" bash -c "$line -f -s"
done <"$work/lines"
has_line() {
	checks=$((checks + 1))
	grep -q -e "$2" "$work/announced" || wrong "$1" "$(cat "$work/announced")"
}
has_line "the address" "^  https://127.0.0.1:$tls_port/metrics/ "
has_line "the login" "^login  *$user\$"
has_line "the password" "^password  *$password\$"
has_line "a key to send with" '^write key cm_[0-9a-f]\{8\}_[0-9a-f]\{64\}$'
made_key=$write_key
has_line "how to stop it" "scripts/run --stop --dir $demo"
get /metrics/health
like "health" "$status $(json .status)" '200 healthy'
get '/metrics/daily?days=30'
is "days with calls" "$(json '[.timeseries[] | select(.total > 0)] | length >= 29')" true
isnt "live calls are added by" "$(head_of live-calls)" ''

# Jobs that run for good run beside the questions; one that dies is started again, and takes its lease when that of the dead is over.
# shellcheck disable=SC2317 # called by wait_for
job_works() {
	get "/metrics/health?_=$(now_ms)"
	[ "$(json ".jobs[]? | select(.name == \"$job\" and .pid == $(head_of "job-$job")) | .state")" = works ]
}
# shellcheck disable=SC2317
job_is_another() {
	[ "$(head_of "job-$job")" != "$job_pid" ]
}
for job in $(sed -n '/^[a-z][a-z-]*$/p' "$top/jobs/for-good"); do
	passes "the job $job works" wait_for 10 job_works
	job_pid=$(head_of "job-$job")
	signal KILL "$job_pid"
	passes "the job $job is started again" wait_for 5 job_is_another
	passes "and works" wait_for 10 job_works
done
like "whose files" "$(stat -c %a "$demo" "$demo/conf" "$demo/log" | xargs)" '700 700 700'

# Listeners: TLS where it was told, plain HTTP on loopback only.
is "who listens" "$(ss -Hltn "sport = :$port or sport = :$tls_port" | awk '{ print $4 }' | sort | xargs)" \
	"$(printf '%s\n' "127.0.0.1:$port" "127.0.0.1:$tls_port" | sort | xargs)"

# run ARGUMENT...: scripts/run with them; $code and $work/said.
run() {
	code=0
	CALLMETRICS_BUILD=$build timeout "$(scaled 60)" "$top/scripts/run" --no-install "$@" >"$work/said" 2>&1 || code=$?
}
# refused WHAT PATTERN ARGUMENT...
refused() {
	refused_what=$1
	refused_pattern=$2
	shift 2
	run "$@"
	is "$refused_what: exit status" "$code" 1
	# shellcheck disable=SC2254 # a pattern it is
	like "$refused_what" "$(cat "$work/said")" "$refused_pattern"
}
elsewhere=$work/elsewhere
sites="$sites $elsewhere" # should it start after all
refused "a second start" "*already running in $demo (process $(keeper))*--stop --dir $demo*" \
	--dir "$demo" --port "$(free_port)" --tls-port "$(free_port)" --detach
refused "a port in use" "*port $port is in use; --port *" --dir "$elsewhere" --port "$port" --tls-port "$(free_port)" --detach
refused "a TLS port in use" "*port $tls_port is in use*--tls-port *" --dir "$elsewhere" --port "$(free_port)" --tls-port "$tls_port" --detach
refused "a port twice" '*both 9000*' --dir "$elsewhere" --port 9000 --tls-port 9000
refused "no port" '*a number from 1 to 65535*' --port 0
refused "no such option" '*no option --prot*--help*' --prot 1
refused "no value" '*--db needs a value*' --db
refused "no database" '*there is no file /nowhere.db*' --db /nowhere.db
refused "a folder as database" '*is not a file*' --db /tmp
refused "not a database" '*could not be attached*' --dir "$elsewhere" --port "$(free_port)" --tls-port "$(free_port)" --db "$top/configure.ac"
# (As root there is no such port; as nobody the script can be read where the tree can.)
if [ "$(id -u)" -eq 0 ] && setpriv --reuid=nobody --regid=nogroup --clear-groups test -r "$top/scripts/run"; then
	code=0
	setpriv --reuid=nobody --regid=nogroup --clear-groups "$top/scripts/run" --port 80 --db "$work/untouched.db" >"$work/said" 2>&1 || code=$?
	like "a low port, which is root's" "$code $(cat "$work/said")" '1 *port 80 is for root alone; --port *'
fi
app_db untouched
db=$work/calls.db
refused "an address of nobody's, before the database is touched" "*does not take the configuration*" --dir "$elsewhere" \
	--port "$(free_port)" --tls-port "$(free_port)" --listen 192.0.2.1 --db "$work/untouched.db"
is "the database" "$(sqlite3 "$work/untouched.db" "SELECT count(*) FROM sqlite_master WHERE name LIKE 'cm%'")" 0
refused "a login with a colon" '*--user*' --user a:b
refused "nothing there to stop" '*no folder*' --stop --dir /tmp/nowhere
get /metrics/hourly
is "the first goes on" "$status" 200

# --stop: everything of its own, and nothing else.
everything="$(keeper) $(cut -d ' ' -f 1 "$demo/children" | xargs)"
for pid in $everything; do
	everything="$everything $(cat "/proc/$pid/task/$pid/children" 2>/dev/null || :)" # one that was started again is gone
done
get /metrics/dashboard
run --stop --dir "$demo"
is "stop" "$code $(cat "$work/said")" '0 stopped'
passes "the demo is there" test -s "$demo/demo.db"
# shellcheck disable=SC2086 # numbers
is "what is left of it" "$(ps -o pid=,args= -p "$(echo $everything | tr ' ' ',')" | grep -v defunct || :)" ''
is "sockets" "$(find "$demo/run" -name '*.sock')" ''
bare /healthz
is "nobody answers" "$status" 000
passes "the bystander lives" kill -0 "$bystander"
http=$neighbour
get /metrics/hourly
is "the neighbour answers" "$status" 200
run --stop --dir "$demo"
is "stopping again" "$code $(cat "$work/said")" "0 nothing is running in $demo"

# Another database in the same folder: no answer of the one before.
CALLMETRICS_NOW=$NOW run_site "$demo" --db "$db"
get /metrics/dashboard
like "answers of the database that is served now" "$(json .generated_at) $(header X-Cache)" '2026-02-06T10:30:00.000Z MISS'
like "the key is not shown again" "$(grep '^write key' "$work/run.out")" '*callmetrics key add*'
with "$made_key" /metrics/latency -d '{}'
like "it is good still" "$status" 4[0-9][05]
run --stop --dir "$demo"
is "stop" "$code $(cat "$work/said")" '0 stopped'

# What keeps it alive is killed: the next --stop sees to what is left.
run_site "$demo" --no-demo-traffic
is "no live calls" "$(head_of live-calls)" ''
everything=$(cut -d ' ' -f 1 "$demo/children" | xargs)
kill -KILL "$(keeper)"
bare /healthz
is "it answers still" "$status" 200
run --stop --dir "$demo"
like "stop" "$code $(cat "$work/said")" '0 *left over from a run that was killed*'
unlike "a demo that is attached is not attached again" "$(cat "$work/run.out")" '*: [0-9]* of [0-9]*'
# shellcheck disable=SC2086 # numbers
is "what is left of it" "$(ps -o pid=,args= -p "$(echo $everything | tr ' ' ',')" | grep -v defunct || :)" ''

# In the foreground, stopped as by Ctrl-C; a random password where none is given, and a demo that nobody wrote to for an hour made anew.
run --stop --dir "$demo"
touch -d '2 hours ago' "$demo"/demo.db*
# (A command behind & ignores the signal, unless told otherwise.)
CALLMETRICS_BUILD=$build env --default-signal=INT "$top/scripts/run" --no-install --no-demo-traffic --dir "$demo" --port "$port" \
	--tls-port "$tls_port" >"$work/said" 2>&1 &
foreground=$!
later "$foreground"
wait_for 20 grep -q 'Ctrl-C stops it' "$work/said" || wrong "it does not start" "$(cat "$work/said")"
password=$(sed -n 's/^password  *//p' "$work/said")
like "a random password" "$password" '????????????????'
http=http://127.0.0.1:$port
get /metrics/hourly
is "with it" "$status" 200
get /metrics/prometheus
is "calls of the new demo alone" "$(sed -n 's/^voice_calls_total //p' "$work/body")" "$(sqlite3 "$demo/demo.db" 'SELECT count(*) FROM calls')"
kill -INT "$(keeper)"
passes "it ends within five seconds" wait_for 5 sh -c "! kill -0 $foreground"
code=0
kill -KILL "$foreground" 2>/dev/null || wait "$foreground" || code=$?
is "Ctrl-C" "$code" 130
bare /healthz
is "nobody answers" "$status" 000
finish
