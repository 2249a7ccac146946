#!/bin/sh
# An export of many calls streams in little memory, delays nobody, ends with its client, and is seen to be broken when it breaks.
# suites: normal
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

# How many calls; a million are served as well, but attaching them takes a minute.
calls=${CALLMETRICS_TEST_CALLS:-100000}

many_calls calls "$calls"
attach_started=$(now_ms)
open_site "$db"
echo "attaching $calls calls and starting: $(($(now_ms) - attach_started)) ms"
all='days=365'

# Complete, in order, in little memory.
get "/metrics/export?format=csv&$all" -m 300
is "curl" "$code $status" '0 200'
echo "CSV export: $took_ms ms, $(wc -c <"$work/body") bytes"
is "lines" "$(wc -l <"$work/body")" $((calls + 1))
is "the calls, oldest first" "$(tail -n +2 "$work/body" | cut -d, -f 1 | md5sum)" \
	"$(sql 'SELECT call_id FROM calls ORDER BY started_at' | md5sum)"
get "/metrics/export?format=ndjson&metadata=1&$all" -m 300
is "NDJSON" "$code $(wc -l <"$work/body")" "0 $calls"
get "/metrics/export?$all" -m 300
is "JSON" "$code $(json '.call_count, (.calls | length)' | xargs)" "0 $calls $calls"
for pid in $(workers export); do
	memory=$(sed -n 's/^VmHWM:[ \t]*\([0-9]*\) kB$/\1/p' "/proc/$pid/status")
	echo "worker of export: VmHWM $memory kB"
	checks=$((checks + 1))
	[ "$memory" -lt 16384 ] || wrong "a worker of export took $memory kB"
done

# Eight at once, and health is not delayed.
curl_each() {
	curl -s -o "$work/each.$1" -m 300 -u "$user:$password" "$http/metrics/export?format=csv&$all" || echo "curl $?" >"$work/each.$1"
}
clients=
for n in 1 2 3 4 5 6 7 8; do
	curl_each $n &
	later $!
	clients="$clients $!"
done
slowest=0
asked=0
# shellcheck disable=SC2086 # numbers
while alive $clients; do
	asked=$((asked + 1))
	get "/metrics/health?hours=$asked"
	is "health while exports run" "$status $(header X-Cache)" '200 MISS'
	[ "$took_ms" -le "$slowest" ] || slowest=$took_ms
done
# shellcheck disable=SC2086 # numbers
wait $clients
echo "health while eight exports run: asked $asked times, slowest $slowest ms"
within "health while exports run" "$slowest" 1000
isnt "how often it was asked" "$asked" 0
is "all eight are whole" "$(md5sum "$work"/each.? | cut -d ' ' -f 1 | sort -u | wc -l) $(wc -l <"$work/each.8")" "1 $((calls + 1))"
rm "$work"/each.?

# slow NAME [option of curl ...]: a client that takes its time; $slow_pid is it.
slow() {
	slow_name=$1
	shift
	curl -sk -m 120 --limit-rate "500k" -o "$work/$slow_name" -u "$user:$password" "$@" "$http/metrics/export?$all" &
	slow_pid=$!
	later "$slow_pid"
	wait_for 5 test -s "$work/$slow_name" || wrong "$slow_name: nothing came within five seconds"
}

# halfway NAME [option of curl ...]: a client whose export stands still in its midst; $slow_pid is it.
halfway() {
	halfway_name=$1
	shift
	curl -sk -m 120 -o "$work/$halfway_name" -u "$user:$password" "$@" "$http/metrics/export?$all" &
	slow_pid=$!
	later "$slow_pid"
	until [ -s "$work/$halfway_name" ] || ! kill -0 "$slow_pid" 2>"$work/null"; do
		sleep 0.005
	done
	# shellcheck disable=SC2046 # numbers
	signal STOP $(workers export)
}

# The first bytes come long before the last.
export_workers=$(workers export)
slow first
first=$slow_pid
slow second
passes "both are under way" kill -0 "$first" "$slow_pid"

# Two clients that take a minute hold no worker: what they have not taken yet waits on nginx's disk, and a third is answered.
brief="start_time=2026-02-06T10:29:00Z&end_time=2026-02-06T10:30:00Z"
get "/metrics/export?$brief" -m 10
is "a third beside two slow ones" "$status $(json .call_count)" '200 30'
within "a third beside two slow ones" "$took_ms" 3000
get "/metrics/export?format=ndjson&$all" -m 60
is "a whole one beside two slow ones" "$status $(wc -l <"$work/body")" "200 $calls"
passes "both are under way still" kill -0 "$first" "$slow_pid"
# Those that leave take their files with them.
kill "$first" "$slow_pid"
wait "$first" "$slow_pid" || :
no_files() {
	[ -z "$(find "$site/tmp/fastcgi" -type f)" ] && ! grep -q -s tmp/fastcgi/ /proc/[0-9]*/maps
}
passes "nothing is left on the disk" wait_for 5 no_files
is "by the same workers" "$(workers export)" "$export_workers"

# One login has so many at once from one address, and another has its own.
bind_login bound acme
many=
for n in 1 2 3 4 5 6 7 8; do
	slow "many.$n"
	many="$many $slow_pid"
done
get "/metrics/export?$brief"
is_problem 429 ''
bare "/metrics/export?$brief" -u "bound:$password"
is "another login" "$status" 200
get /metrics/hourly
is "another question" "$status" 200
# shellcheck disable=SC2086 # numbers
kill $many
# shellcheck disable=SC2086
wait $many || :

# One is killed in mid-answer: HTTP/1.1 and HTTP/2 both tell.
for protocol in --http1.1 --http2; do
	http_before=$http
	[ "$protocol" = --http1.1 ] || http=$https
	halfway "broken$protocol" "$protocol"
	# shellcheck disable=SC2046 # numbers
	signal KILL $(workers export)
	code=0
	wait "$slow_pid" || code=$?
	case $protocol in
	--http1.1) is "$protocol: curl" "$code" 18 ;;
	--http2) is "$protocol: curl" "$code" 92 ;;
	esac
	checks=$((checks + 1))
	! jq -e . "$work/broken$protocol" >/dev/null 2>&1 || wrong "$protocol: half an export is whole JSON"
	http=$http_before
done
get "/metrics/export?$brief"
is "afterwards" "$status" 200

# It goes on behind the last call that came through.
last=$(sed '$d' "$work/broken--http1.1" | tail -n 1 | sed 's/,$//' | jq -r .call_id)
got=$(sed '$d' "$work/broken--http1.1" | grep -c '^{"call_id"')
get "/metrics/export?format=ndjson&$all&after=$last" -m 300
is "resumed" "$(($(wc -l <"$work/body") + got))" "$calls"

# The database is corrupted in mid-answer.
halfway corrupted --http1.1
size=$(stat -c %s "$(own "$db")")
dd if=/dev/urandom of="$(own "$db")" bs=1M seek=$((size / 1048576 / 5)) count=$((size / 1048576 * 4 / 5)) conv=notrunc 2>"$work/dd.log"
# shellcheck disable=SC2046 # numbers
signal CONT $(workers export)
code=0
wait "$slow_pid" || code=$?
is "a corrupted database: curl" "$code" 18
checks=$((checks + 1))
! jq -e . "$work/corrupted" >/dev/null 2>&1 || wrong "half an export is whole JSON"
# The next is refused, or cut off where it meets the damage.
get "/metrics/export?$all"
case $status in
200) is "an export of a corrupted database: curl" "$code" 18 ;;
*) is_problem 503 '' '*corrupt*' ;;
esac
passes "the log says so" grep -q '"message":"request_failed".*"error":-4.*corrupt' "$site/log/programs.log"
finish
