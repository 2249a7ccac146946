#!/bin/sh
# attach-zone: times that a voice app writes without an offset are read in the zone of attach --tz, before and after it was attached and when
# another is given; calls that seem to begin in the future are told.
# suites: normal postgres
. "${0%/*}/lib.sh"

# call ID TIME: the app writes a call.
call() {
	sql "INSERT INTO calls (call_id, call_type, started_at, status) VALUES ('$1', 'inbound', '$2', 'active')"
}

# started: when each call began, in UTC.
started() {
	ask dashboard
	sql 'SELECT call_id, started_us FROM cm_call WHERE status IS NOT NULL ORDER BY call_id' | while IFS='|' read -r id us; do
		echo "$id $(date -u -d "@$((us / 1000000))" +%Y-%m-%dT%H:%MZ)"
	done | paste -s -d ' '
}

# future: what health says of the future.
future() {
	ask health
	json '[.warnings[] | select(test("in the future"))] | length'
}

# zone [OPTION...]: attaches.
zone() {
	passes "attach $*" "$build/jobs/attach" "$@" "$db"
	ask_db
}

empty_app_db zone
call offset 2026-02-06T10:15:00+00:00
call summer 2025-07-01T12:00:00
call winter 2026-02-06T11:00:00
zone --tz Europe/Berlin
rows="offset 2026-02-06T10:15Z summer 2025-07-01T10:00Z winter 2026-02-06T10:00Z"
is "before it was attached" "$(started)" "$rows"
call written 2026-02-06T11:20:00
rows="$rows written 2026-02-06T10:20Z"
is "and after" "$(started)" "$rows"
sql "UPDATE calls SET started_at = '2026-02-06T11:25:00' WHERE call_id = 'written'"
rows="${rows%written*}written 2026-02-06T10:25Z"
is "and when it is changed" "$(started)" "$rows"
is "nothing in the future" "$(future)" 0
zone
is "attached again, without a zone: it stays" "$(started)" "$rows"
zone --tz UTC
is "in another: all rows are read anew" "$(started)" \
	"offset 2026-02-06T10:15Z summer 2025-07-01T12:00Z winter 2026-02-06T11:00Z written 2026-02-06T11:25Z"
is "and two calls begin in the future" "$(future)" 1
like "by their number" "$(json '.warnings[]')" '*2 calls begin in the future*--tz*'
zone --tz Asia/Kolkata
is "in a third" "$(started)" "offset 2026-02-06T10:15Z summer 2025-07-01T06:30Z winter 2026-02-06T05:30Z written 2026-02-06T05:55Z"
is "none begins in the future" "$(future)" 0
obeys_law "read in three zones"

# Hours that clocks show twice, or never, are some time all the same.
call twice 2025-10-26T02:30:00
call never 2025-03-30T02:30:00
zone --tz Europe/Berlin
started >"$work/started"
is "an hour that was shown twice" "$(grep -c -E 'twice 2025-10-26T0[01]:30Z' "$work/started")" 1
is "an hour that was never shown" "$(grep -c -E 'never 2025-03-30T0[01]:30Z' "$work/started")" 1
is "nothing is skipped" "$(sql 'SELECT count(*) FROM cm_skipped')" 0

empty_app_db refused
refuses "no such zone" "$build/jobs/attach" --tz Mars/Olympus "$db"
like "is told" "$(cat "$work/refuses.log")" '*zone*'
passes "and nothing is attached" "$build/jobs/attach" --tz Pacific/Apia "$db"
finish
