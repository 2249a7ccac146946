#!/bin/sh
# A question whose workers are killed is answered by the others, from the cache, or with a 502; and then again as before.
# suites: normal
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

app_db calls
export CALLMETRICS_RATE=10000 CALLMETRICS_BURST=10000
open_site "$db"

# One worker is killed: nobody notices, and there are two again.
get '/metrics/hourly?hours=1'
before=$(workers hourly)
# shellcheck disable=SC2086 # numbers
set -- $before
is "two workers" $# 2
signal KILL "$1"
get '/metrics/hourly?hours=2'
is "with one worker killed" "$status" 200
# shellcheck disable=SC2317 # called by wait_for
two_again() {
	# shellcheck disable=SC2046 # numbers
	set -- $(workers hourly)
	[ $# -eq 2 ] && [ "$*" != "$before" ]
}
passes "there are two again" wait_for 5 two_again

# Under load, with a worker killed every 0.3 s, no GET is lost.
load=
for client in 1 2 3 4; do
	curl -s -m 60 -o /dev/null -w '%{http_code}\n' -u "$user:$password" "$http/metrics/hourly?hours=24&_=$client-[1-1500]" \
		>"$work/codes.$client" &
	load="$load $!"
	later $!
done
killed=0
# shellcheck disable=SC2086 # numbers
while alive $load; do
	# shellcheck disable=SC2046 # numbers
	set -- $(workers hourly)
	signal KILL ${1:+"$1"}
	killed=$((killed + 1))
	sleep 0.3
done
is "6000 requests while workers are killed" "$(sort "$work"/codes.* | uniq -c | sed 's/^ *//')" '6000 200'
checks=$((checks + 1))
[ "$killed" -ge 5 ] || wrong "few workers were killed: $killed"

# A program that is gone altogether: what keeps it alive is stopped, then it and its workers are killed.
get '/metrics/dashboard?hours=3'
is "before" "$status $(header X-Cache)" '200 MISS'
cp "$work/body" "$work/before"
sleep 22 # max-age and stale-while-revalidate go by
keeper=$(keeper)
signal STOP "$keeper"
dashboard=$(head_of dashboard)
# shellcheck disable=SC2046 # numbers
signal KILL "$dashboard" $(workers dashboard)
get '/metrics/dashboard?hours=3'
is "an old answer while it is gone" "$status $(header X-Cache)" '200 STALE'
passes "the same bytes" cmp "$work/before" "$work/body"
within "an old answer" "$took_ms" 2000
get '/metrics/dashboard?hours=4'
is_problem 502 ''
is "Retry-After" "$(header Retry-After)" 1
within "a refusal" "$took_ms" 2000
get /metrics/hourly
is "another question meanwhile" "$status" 200

# What keeps it alive goes on, and so does the question.
signal CONT "$keeper"
# shellcheck disable=SC2317 # called by wait_for
answers() {
	get '/metrics/dashboard?hours=4'
	[ "$status" = 200 ]
}
passes "answered again within five seconds" wait_for 5 answers
get '/metrics/dashboard?hours=3'
is "after" "$status" 200
isnt "a new answer" "$(header X-Cache)" STALE
finish
