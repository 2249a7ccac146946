#!/bin/sh
# A bad hour and a database in trouble come through nginx as 503 with their reason, soon, and go by without a restart.
# suites: normal sanitize
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

many_calls calls 100
open_site "$db"
moved=$work/moved.db

# health_is WHAT STATUS INDICATOR-FILTER WANT: within three seconds, since an answer is kept for one.
health_is() {
	health_status=$2
	wait_for 3 health_has || :
	is "$1" "$status $(json "$3")" "$2 $4"
	is "$1: type" "$(header Content-Type)" application/json
}
# shellcheck disable=SC2317 # called by wait_for
health_has() {
	get /metrics/health
	[ "$status" = "$health_status" ]
}

health_is "healthy" 200 .status healthy

# Thirty calls fail: the app's own writes change the answer.
sql "UPDATE calls SET status = 'failed', metadata = '{\"error\":\"api_error\"}'
	WHERE call_id IN (SELECT call_id FROM calls ORDER BY started_at DESC LIMIT 30)"
health_is "a bad hour" 503 '[.status, .indicators.success_rate]' '["degraded",70]'
like "its warnings" "$(json '.warnings | join(" ")')" '*80 %*30 calls failed*'
is "no old answer in its place" "$(header X-Cache | grep -c STALE || :)" 0
bare /healthz
is "the programs are well all the same" "$status" 200
sql "UPDATE calls SET status = 'completed'"
health_is "a good hour" 200 .status healthy

# move FROM TO: a database with the two files that SQLite puts beside it.
move() {
	for suffix in '' -wal -shm; do
		[ ! -e "$1$suffix" ] || mv "$1$suffix" "$2$suffix"
	done
}

# The database goes away, and comes back.
get '/metrics/hourly?hours=2'
move "$db" "$moved"
health_is "no database" 503 .status degraded
like "says which" "$(json '.warnings[0]')" 'There is no call database*'
wait_for 3 sh -c "curl -s -o /dev/null -w '%{http_code}' '$http/healthz' | grep -q 503" || :
bare /healthz
is "/healthz" "$status $(body)" '503 unavailable'
get '/metrics/hourly?hours=3'
is_problem 503 '' 'There is no call database*'
is "Retry-After" "$(header Retry-After)" 2
: >"$db"
get '/metrics/hourly?hours=3'
is_problem 503 '' '*empty*attach it when*callmetrics create*'
head -c 100000 /dev/urandom >"$db"
get '/metrics/hourly?hours=3'
is_problem 503 '' '*corrupt or is not a SQLite database*'
rm -f "$db" "$work/calls.db-wal" "$work/calls.db-shm"
move "$moved" "$db"
get '/metrics/hourly?hours=3'
is "back" "$status" 200
health_is "healthy again" 200 .status healthy
is "no worker was lost for it" "$(grep -c -e 'died' -e 'Spawning' "$site/log/programs.log" || :)" 0
finish
