#!/bin/sh
# HEAD, OPTIONS, compression, security headers, and a log of JSON lines that tells cache, time and nobody's secret.
# suites: normal sanitize
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

app_db calls
open_site "$db"
bind_login bound acme

# On every answer, whoever gives it.
guarded() {
	is "$1: nosniff" "$(header X-Content-Type-Options)" nosniff
	is "$1: framing" "$(header X-Frame-Options)" DENY
	is "$1: referrer" "$(header Referrer-Policy)" no-referrer
	is "$1: policy" "$(header Content-Security-Policy)" "default-src 'none'; frame-ancestors 'none'"
	is "$1: other origins" "$(header Cross-Origin-Resource-Policy)" same-origin
	is "$1: no version of the server" "$(header Server)" nginx
	is "$1: no other program" "$(header X-Powered-By)" ''
}
get /metrics/hourly
guarded "a question"
get '/metrics/hourly?hours=x'
guarded "a program's refusal"
get /metrics/nothing
guarded "nginx's refusal"
bare /metrics/hourly
guarded "no login"
get '/metrics/export?format=csv'
guarded "an export"
is "the export is a file to save" "$(header Content-Disposition)" 'attachment; filename="calls-2026-02-06.csv"'
bare /healthz
guarded "healthz"

# HEAD is GET without its body.
for path in /metrics/ /metrics/dashboard /metrics/health /metrics/hourly /metrics/prometheus /healthz; do
	get "$path"
	type=$(header Content-Type)
	get "$path" -I
	is "HEAD $path" "$status $(header Content-Type)" "200 $type"
	is "HEAD $path without a body" "$(curl -s -m 5 -u "$user:$password" -X HEAD -o "$work/none" -w '%{size_download}' \
		--max-time 2 "$http$path" || :)" 0
	get "$path" -X OPTIONS
	is "OPTIONS $path" "$status $(header Allow) $(wc -c <"$work/body")" '204 GET, HEAD, OPTIONS 0'
done
get /metrics/export -I
is "HEAD of an export" "$status $(header Content-Type)" '200 application/json'

# Compressed where the client can, and worth it; never an export, which would be held back.
get '/metrics/daily?days=90' --compressed
is "compressed" "$(header Content-Encoding) $(json .days)" 'gzip 90'
like "Vary" "$(header Vary)" '*Accept-Encoding*'
get '/metrics/daily?days=90'
is "not compressed" "$(header Content-Encoding) $(json .days)" ' 90'
get /metrics --compressed
is "Prometheus, compressed" "$(header Content-Encoding)" gzip
get '/metrics/export?format=csv' --compressed
is "an export" "$status $(header Content-Encoding)" '200 '

# The log.
get '/metrics/latency?hours=5' -H 'User-Agent: "quoted\' -H 'X-Secret: hush-hush'
get '/metrics/latency?hours=5' -A 'client 2'
bare '/metrics/latency?hours=5' -u "bound:$password" -A 'client 3'
http=$https
get '/metrics/latency?hours=5' -A 'client 4'
wait_for_log
log=$site/log/access.log
passes "every line is JSON" jq -e . "$log"
is "its fields" "$(jq -c keys "$log" | sort -u)" '["bytes","cache","client","id","key","request","seconds","status","tenant","time","tls","upstream_seconds","upstream_status","user","user_agent"]'
jq -sc 'map(select(.request | contains("latency?hours=5"))) | sort_by(.user_agent)[]' "$log" >"$work/lines"
is "cache" "$(jq -r .cache "$work/lines" | xargs)" 'MISS HIT MISS HIT'
is "users" "$(jq -r .user "$work/lines" | xargs)" 'ops ops bound ops'
is "tenants" "$(jq -r .tenant "$work/lines" | paste -sd,)" ',,acme,'
is "upstream time" "$(jq -r '.upstream_seconds | test("^[0-9.]+$")' "$work/lines" | xargs)" 'true false true false'
is "TLS" "$(jq -r .tls "$work/lines" | paste -sd,)" ',,,TLSv1.3'
is "the client's name" "$(jq -r .user_agent "$work/lines" | head -n 1)" '"quoted\'
is "an address" "$(jq -r .client "$work/lines" | sort -u)" 127.0.0.1
is "other headers in a log" "$(cat "$site"/log/* | grep -c hush-hush || :)" 0

# A request's number is the same in the log of nginx, in that of the program, and in the client's hands.
get '/metrics/hourly?hours=9999999'
id=$(json .request_id)
wait_for_log
is "in nginx's log" "$(jq -r --arg id "$id" 'select(.id == $id) | .status' "$log")" 400
is "in the program's log" "$(grep '^{' "$site/log/programs.log" | jq -r --arg id "$id" 'select(.request_id == $id) | .status')" 400
finish
