#!/bin/sh
# A worker that hangs costs a client ten seconds at most: then it has an old answer or a 504.
# suites: normal
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

app_db calls
open_site "$db"

get '/metrics/dashboard?hours=3'
cp "$work/body" "$work/before"
is "before" "$status" 200
sleep 11 # max-age goes by: the next answer is given stale at once, while nginx asks
# shellcheck disable=SC2046 # numbers
signal STOP $(workers dashboard) $(workers hourly) $(workers export)

get '/metrics/dashboard?hours=3'
is "within stale-while-revalidate" "$status $(header X-Cache)" '200 STALE'
within "the old answer" "$took_ms" 1000
passes "the same bytes" cmp "$work/before" "$work/body"

# All at once, so that the test waits but once: nothing in the cache; a stale answer; a HEAD; health, which is well.
curl -s -m 60 -o "$work/hourly" -w '%{http_code} %{time_total}\n' -u "$user:$password" "$http/metrics/hourly?hours=5" >"$work/1" &
first=$!
curl -sk -m 60 -o "$work/head2" -w '%{http_code} %{time_total}\n' -I -u "$user:$password" "$https/metrics/hourly" >"$work/2" &
second=$!
get /metrics/health
is "another question" "$status" 200
within "another question" "$took_ms" 1000
wait "$first"
wait "$second"
for n in 1 2; do
	read -r status seconds <"$work/$n"
	is "nothing in the cache" "$status" 504
	within "the refusal" "$(printf '%s' "$seconds" | awk '{ print int($1 * 1000) }')" 15000
done
cp "$work/hourly" "$work/body"
is "problem document" "$(json '.type, .status, .title')" 'about:blank
504
Gateway Timeout'
get '/metrics/dashboard?hours=3'
is "past stale-while-revalidate" "$status $(header X-Cache)" '200 STALE'
within "the old answer" "$took_ms" 15000
passes "the same bytes" cmp "$work/before" "$work/body"

# They go on.
# shellcheck disable=SC2046 # numbers
signal CONT $(workers dashboard) $(workers hourly) $(workers export)
get '/metrics/hourly?hours=6'
is "after" "$status" 200
within "after" "$took_ms" 2000
finish
