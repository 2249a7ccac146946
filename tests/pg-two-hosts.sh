#!/bin/sh
# pg-two-hosts: two sites over one database answer alike, byte for byte, and each knows at once what the other was told.
# suites: postgres
# shellcheck disable=SC2154 # names that e2e.inc sets
CM_ENGINE=${CM_ENGINE:-postgres}
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

# two_sites: $first and $second are their addresses; both know the keys of the first.
two_sites() {
	CALLMETRICS_INSTANCE=one open_site "$db"
	first=$http first_site=$site key_of_both=$write_key
	CALLMETRICS_INSTANCE=two open_site "$db"
	second=$http
	cp "$first_site/conf/keys" "$site/conf/keys"
	wait_for_jobs
}

# alike PATH: both sites answer it with the same; what tells of the running itself says of which one.  A cache would remember.
asked=0
alike() {
	asked=$((asked + 1))
	case $1 in
	*\?*) alike_path="$1&_=$asked" ;;
	*) alike_path="$1?_=$asked" ;;
	esac
	http=$first
	get "$alike_path"
	is "$1 of the first" "$status" 200
	timeless <"$work/body" | grep -v 'instance="' >"$work/of-first" || :
	http=$second
	get "$alike_path"
	is "$1 of the second" "$status" 200
	timeless <"$work/body" | grep -v 'instance="' >"$work/of-second" || :
	passes "$1: the same" cmp "$work/of-first" "$work/of-second"
}

all_alike() {
	for path in /metrics/dashboard '/metrics/dashboard?hours=48&tenant_id=acme' /metrics/health /metrics/failures '/metrics/failures?limit=1000' \
		'/metrics/hourly?hours=100' '/metrics/daily?days=9&tz=Europe/Berlin' /metrics/latency '/metrics/latency?hours=3&interval=5m' \
		'/metrics/latency/events?limit=100' '/metrics/export?days=3' '/metrics/export?days=365&format=csv&metadata=1' \
		/metrics/prometheus '/metrics/prometheus?hours=48'; do
		alike "$path"
	done
}

# A voice app's database.
real_db
two_sites
all_alike
http=$first
get /metrics
is "the first says so" "$(grep -o 'instance="[^"]*"' "$work/body")" 'instance="one"'
http=$second
get /metrics
is "the second, too" "$(grep -o 'instance="[^"]*"' "$work/body")" 'instance="two"'
is "it is the real database" "$(get '/metrics/dashboard?_=x' && cat "$work/body")" "$(cat "$golden_dir/dashboard-24h.json")"
sql "INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds) SELECT 'more' || i, 'inbound', '2026-02-06T10:20:00', 'completed', i
	FROM generate_series(1, 700) i"
http=$first
get '/metrics/dashboard?hours=1&_=more'
before=$(json .summary.total_calls)
all_alike
sql "DELETE FROM calls WHERE call_id LIKE 'more%'"
get '/metrics/dashboard?hours=1&_=less'
is "what the app writes is seen by the next question" "$before" "$(($(json .summary.total_calls) + 700))"
all_alike
stop_sites

# A database of our own: what one is told the other tells.
own_db
two_sites
turn=0
for http in "$first" "$second" "$first" "$second"; do
	turn=$((turn + 1))
	printf '{"event_id":"e%d","event_type":"call_started","call_id":"c%d","timestamp":"2026-02-06T10:0%d:00Z","data":{"direction":"inbound"}}\n' \
		"$turn" "$((turn / 2))" "$turn" >"$work/event"
	with "$key_of_both" /events -H 'Content-Type: application/json' --data-binary "@$work/event"
	is "event $turn is taken" "$status $(json .accepted)" '200 1'
	[ "$http" = "$first" ] && other=$second || other=$first
	http=$other
	with "$key_of_both" /events -H 'Content-Type: application/json' --data-binary "@$work/event"
	is "event $turn is known to the other" "$status $(json .duplicates)" '200 1'
	get "/metrics/dashboard?hours=1&_=$turn"
	is "and counted there" "$(json .summary.total_calls)" "$((turn / 2 + 1))"
done
all_alike
obeys_law "two sites"
finish
