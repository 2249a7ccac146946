#!/bin/sh
# wal: a write-ahead log that is deleted under us is noticed: nothing is answered 2xx that is lost, and health and questions say so.
# suites: normal sanitize
. "${0%/*}/lib.sh"

[ "$engine" = sqlite ] || exit 77
own_db
serve health CALLMETRICS_DB="$db"
health_socket=$socket
serve events CALLMETRICS_DB="$db"
events_socket=$socket
number=0
# tell: one event more; whether it was accepted.
tell() {
	number=$((number + 1))
	printf '{"event_id":"e%s","event_type":"call_started","call_id":"c%s","timestamp":%s}' $number $number $((1700000000 + number)) >"$work/event"
	socket=$events_socket
	env REQUEST_METHOD=POST QUERY_STRING= CONTENT_TYPE=application/json CONTENT_LENGTH="$(wc -c <"$work/event")" \
		timeout 60 cgi-fcgi -bind -connect "$socket" <"$work/event" >"$work/raw" 2>"$work/log" || :
	split_answer
	if [ "$status" = 200 ]; then echo "c$number" >>"$work/accepted"; fi
}
probe() {
	socket=$health_socket
	send '' SCRIPT_NAME=/healthz
}
for _ in 1 2 3 4 5; do tell; done
probe
is "before" "$status $(wc -l <"$work/accepted")" '200 5'

# Deleted: the next event is refused or is safe; health says so at once.
passes "there is a log" test -s "$db-wal"
rm "$db-wal"
probe
is "the probe" "$status" 503
socket=$health_socket
send
like "health" "$status $(json '.warnings[0]')" '503 *'
for _ in 1 2 3 4 5 6 7 8 9 10; do
	tell
	[ "$status" = 200 ] || like "a refusal" "$status $(json .detail)" '503 *'
done
is "it goes on in the end" "$status" 200
wait_left=100
probe
while [ "$status" != 200 ] && [ "$wait_left" -gt 0 ]; do
	wait_left=$((wait_left - 1))
	sleep 0.1
	probe
done
is "so does health" "$status" 200

# Deleted while an event comes in each moment, a number of times; then everything is killed.
for _ in 1 2 3 4 5; do
	tell
	rm -f "$db-wal"
	for _ in 1 2 3 4 5 6; do tell; done
done
kill -KILL "$worker"
sqlite3 "$db" 'PRAGMA integrity_check' >"$work/check" 2>&1
is "the database is whole" "$(cat "$work/check")" ok
sqlite3 "$db" 'SELECT call_id FROM cm_call' | sort >"$work/kept"
sort "$work/accepted" >"$work/told"
echo "$(wc -l <"$work/told") of $number accepted, $(wc -l <"$work/kept") there"
is "accepted and lost" "$(comm -23 "$work/told" "$work/kept" | xargs)" ''
finish
