#!/bin/sh
# Answers are kept as long as the program says, for each tenant and Accept header apart; many who ask at once cost one.
# suites: normal
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

app_db calls
export CALLMETRICS_RATE=1000 CALLMETRICS_BURST=1000
open_site "$db"
bind_login bound acme

# cached WHAT HOW PATH [option ...]
cached() {
	cached_what=$1
	cached_how=$2
	shift 2
	get "$@"
	is "$cached_what: status" "$status" 200
	is "$cached_what" "$(header X-Cache)" "$cached_how"
}

cached "first" MISS /metrics/dashboard
like "what the program says" "$(header Cache-Control)" 'max-age=10, stale-while-revalidate=10, *'
cached "second" HIT /metrics/dashboard
cached "over TLS and HTTP/2" HIT /metrics/dashboard --http2
cached "another query" MISS '/metrics/dashboard?hours=48'
cached "export" '' /metrics/export
is "export says so" "$(header Cache-Control)" no-store
cached "export again" '' /metrics/export

# A refusal is never kept.
get '/metrics/dashboard?hours=x'
get '/metrics/dashboard?hours=x'
is "a refusal" "$status $(header X-Cache)" '400 MISS'

# Prometheus's two formats are two answers.
open='application/openmetrics-text; version=1.0.0'
cached "text" MISS /metrics -H 'Accept: text/plain'
like "its type" "$(header Content-Type)" 'text/plain; version=0.0.4*'
cached "OpenMetrics" MISS /metrics -H "Accept: $open"
like "its type" "$(header Content-Type)" 'application/openmetrics-text*'
is "its end" "$(tail -n 1 "$work/body")" '# EOF'
cached "OpenMetrics again" HIT /metrics -H "Accept: $open"
like "its type" "$(header Content-Type)" 'application/openmetrics-text*'
cached "text again" HIT /metrics -H 'Accept: text/plain'
like "its type" "$(header Content-Type)" 'text/plain; version=0.0.4*'

# Two tenants never share an answer.
cached "everybody's" MISS '/metrics/hourly?hours=7'
bare '/metrics/hourly?hours=7' -u "bound:$password"
is "the tenant's own" "$status $(header X-Cache)" '200 MISS'
bare '/metrics/hourly?hours=7' -u "bound:$password"
is "the tenant's own again" "$status $(header X-Cache)" '200 HIT'

# HEAD is not answered with a GET's body, nor a GET with HEAD's lack of one.
get '/metrics/daily?days=3' -I
get '/metrics/daily?days=3'
is "after HEAD" "$(json .days)" 3

# Forty who ask the same at once: one request reaches the program.
seq 40 | xargs -P 20 -I '{}' curl -s -o /dev/null -u "$user:$password" "$http/metrics/failures?limit=77"
wait_for_log
jq -c 'select(.request | contains("limit=77"))' "$site/log/access.log" >"$work/asked"
is "of forty" "$(wc -l <"$work/asked")" 40
is "answered" "$(jq -s 'map(select(.status == 200)) | length' "$work/asked")" 40
is "reached the program" "$(jq -s 'map(select(.upstream_status != "")) | length' "$work/asked")" 1

# Health is for a second only, and then asked anew, not given stale.
get /metrics/health
before=$(json .timestamp)
is "health" "$(header Cache-Control)" max-age=1
sleep 2.1
get /metrics/health
like "health two seconds later" "$(header X-Cache)" '[EM][XI][PS][IS]*'
is "the clock stands still" "$(json .timestamp)" "$before"
finish
