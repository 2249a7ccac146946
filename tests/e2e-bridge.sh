#!/bin/sh
# scripts/run --open-loopback: programs that proxy the guide's paths read without a login, on loopback; they send nothing but clean-ups, and no
# page of a browser gets in.
# suites: normal
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

app_db calls
bridge_port=$(free_port)
open_site "$db" --open-loopback="$bridge_port"
site_http=$http
is "who listens there" "$(ss -Hltn "sport = :$bridge_port" | awk '{ print $4 }')" "127.0.0.1:$bridge_port"
for host in 127.0.0.1 localhost; do
	http=http://$host:$bridge_port
	for path in /metrics/ /metrics/dashboard /metrics/health '/metrics/failures?limit=5' '/metrics/export?format=csv&days=30' /metrics/hourly \
		/metrics/daily /metrics/prometheus /metrics '/metrics/latency?hours=24' '/metrics/latency/events?call_id=&event_type=&limit=100' \
		/healthz /zombie-calls '/zombie-calls?threshold=60' /history; do
		bare "$path" -4
		is "$host: $path" "$status" 200
	done
done
get /metrics/dashboard
is "a login is no matter" "$status" 200
bare /metrics/dashboard -u nobody:wrong -H 'CALLMETRICS_TENANT: acme'
is "nor is a wrong one" "$status $(json .summary.total_calls)" "200 $(get /metrics/dashboard && json .summary.total_calls)"

# It takes nothing but clean-ups.
bare /cleanup-stale-calls -d '{"threshold": 600, "dry_run": true}' -H 'Content-Type: application/json'
is "a clean-up, tried" "$status $(json '[.threshold_seconds, .dry_run]')" '200 [600,true]'
bare /cleanup-stale-calls -X POST
is "a clean-up" "$status $(json .dry_run)" '200 false'
bare /metrics/latency -d '{"call_id":"c","event_type":"tool_call_duration","duration_ms":1}' -H 'Content-Type: application/json'
is_problem 403 ''
bare /events -d '{}' -H 'Content-Type: application/json'
is_problem 403 ''
for method in POST PUT DELETE; do
	bare /metrics/dashboard -X "$method"
	is "$method" "$status" 405
done

# A browser that is lured there.
bare /cleanup-stale-calls -d 'x=1'
is "a form" "$status" 415
bare /cleanup-stale-calls -X POST -H 'Origin: http://evil.example'
is "another site's page" "$status" 403
bare /metrics/dashboard -H "Host: evil.example:$bridge_port"
is "a name that points to loopback" "$status" 421
bare /metrics/dashboard -H 'Host:' --http1.0
is "no name" "$status" 421

# All else is as it was: behind the login, also on the other ports; and without the option there is no such listener.
http=$site_http
for path in /metrics/dashboard /zombie-calls /history; do
	bare "$path"
	is_problem 401 ''
	get "$path"
	is "$path with the login" "$status" 200
done
get /zombie-calls -X POST
is_problem 403 ''
run_site "$site.2" --db "$db"
is "without the option" "$(grep -c 'listen ' "$site/nginx/standalone.conf") $(find "$site/nginx" -name bridge -type d)" '2 '
finish
