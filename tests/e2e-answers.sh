#!/bin/sh
# Through nginx, as plain CGI and on the command line every question gives the same bytes.
# suites: normal postgres sanitize
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

app_db calls
open_site "$db"
CALLMETRICS_DB=$db
export CALLMETRICS_DB
wait_for_jobs

# same PROGRAM PATH QUERY: nginx's answer, first and from the cache, is the program's.
same() {
	ask "$1" "$3" SCRIPT_NAME="$2"
	timeless <"$work/body" >"$work/plain"
	is "$1?$3 as CGI" "$status" 200
	type=$(header Content-Type)
	for time in first second; do
		get "$2${3:+?}$3"
		is "$2?$3, $time" "$status" 200
		is "its type" "$(header Content-Type)" "$type"
		timeless <"$work/body" >"$work/timeless"
		passes "$2?$3, $time: the same bytes" cmp "$work/plain" "$work/timeless"
	done
	get "$2${3:+?}$3" --http2 --compressed
	timeless <"$work/body" >"$work/timeless"
	passes "$2?$3 over HTTP/2, compressed: the same bytes" cmp "$work/plain" "$work/timeless"
}

same index /metrics/ ''
same dashboard /metrics/dashboard ''
same dashboard /metrics/dashboard 'hours=48&pretty=1'
same dashboard /metrics/dashboard 'tenant_id=acme&agent=front-desk'
same health /metrics/health ''
same health /healthz ''
same failures /metrics/failures ''
same failures /metrics/failures 'limit=1000'
same export /metrics/export ''
same export /metrics/export 'format=csv&days=365'
same export /metrics/export 'format=ndjson&days=365&metadata=1'
same hourly /metrics/hourly ''
same hourly /metrics/hourly 'hours=100&call_type=inbound'
same daily /metrics/daily 'days=7&tz=Europe/Berlin'
same daily /metrics/daily 'tz=Europe%2FBerlin'
same prometheus /metrics/prometheus ''
same prometheus /metrics ''
same latency /metrics/latency 'interval=1h'
same latency /metrics/latency 'component=llm_ttft'
same latency-events /metrics/latency/events 'limit=5'

# What the jobs that run for good tell of themselves; the other goldens are of databases without any.
get /metrics/health
json .jobs | timeless >"$work/jobs"
same_as_golden health-jobs.json "$work/jobs"
get /metrics/prometheus
grep callmetrics_job_ "$work/body" | timeless >"$work/jobs"
same_as_golden prometheus-jobs.txt "$work/jobs"

# The index names the paths that nginx serves, and none that it does not.
get /metrics/
for path in $(json '.endpoints[] | .path, (.also // empty)'); do
	get "$path"
	isnt "$path of the index" "$status" 404
done

# asked NAME PATH [option ...]: the command line's answer is the one at PATH.
asked() {
	asked_name=$1
	get "$2"
	shift 2
	checks=$((checks + 1))
	CALLMETRICS_BUILD=$build "$top/scripts/callmetrics" "$asked_name" "$@" >"$work/told" ||
		wrong "callmetrics $asked_name $*: status $?"
	timeless <"$work/told" >"$work/plain"
	timeless <"$work/body" >"$work/timeless"
	passes "callmetrics $asked_name $*: the same bytes" cmp "$work/plain" "$work/timeless"
}
asked dashboard /metrics/dashboard
asked health /metrics/health
asked hourly '/metrics/hourly?hours=6&pretty=1' --hours 6 --pretty
asked daily '/metrics/daily?tz=Europe/Berlin' --tz Europe/Berlin
asked export-csv '/metrics/export?format=csv'
asked export-json '/metrics/export'
asked prometheus /metrics
asked failures '/metrics/failures?limit=3' --limit=3
asked latency /metrics/latency
asked latency-events '/metrics/latency/events?limit=2' --limit 2
finish
