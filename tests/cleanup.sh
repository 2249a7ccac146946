#!/bin/sh
# cleanup: calls that were never ended become timeouts, in the app's own rows where there are such.
# suites: normal postgres sanitize valgrind
. "${0%/*}/lib.sh"

# The voice app's database: a dry run changes nothing; a real one changes the app's rows, in their own form of time.
real_db
sql "INSERT INTO calls (call_id, call_type, started_at, status) VALUES
	('naive', 'inbound', '2026-02-06T05:00:00', 'active'), ('spaced', 'outbound', '2026-02-06 06:00:00.5', 'active'),
	('zulu', 'inbound', '2026-02-06T07:00:00Z', 'active'), ('fresh', 'inbound', '2026-02-06T10:00:00Z', 'active')"
dump >"$work/before"
stale=$(sql "SELECT count(*) FROM calls WHERE status = 'active' AND substr(started_at, 1, 19) < '2026-02-06T09:30:00'")
post_text cleanup '{"dry_run":true}'
is "a dry run" "$status $(json '[.cleaned_count, .threshold_seconds, .cutoff_time, .dry_run, .errors]')" \
	"200 [$stale,3600,\"2026-02-06T09:30:00.000Z\",true,[]]"
is "oldest first" "$(json '[.cleaned_calls[].started_at] | . == sort')" true
dump >"$work/after"
passes "a dry run changes nothing" cmp "$work/before" "$work/after"
post_text cleanup ''
is "a clean-up" "$status $(json '[.cleaned_count, .dry_run, ([.cleaned_calls[].status] | unique)]')" "200 [$stale,false,[\"timeout\"]]"
is "the app's rows" "$(sql "SELECT call_id, ended_at, CAST(duration_seconds * 10 AS INTEGER), status FROM calls WHERE call_id IN ('naive', 'spaced', 'zulu', 'fresh') ORDER BY 1")" \
	"fresh|||active
naive|2026-02-06T10:30:00.000000|198000|timeout
spaced|2026-02-06 10:30:00.000000|161995|timeout
zulu|2026-02-06T10:30:00.000000Z|126000|timeout"
is "the facts" "$(sql "SELECT call_id, status, failure_reason, duration_us FROM cm_call WHERE call_id IN ('naive', 'spaced', 'fresh') ORDER BY 1")" \
	"fresh|active||
naive|timeout|timeout|19800000000
spaced|timeout|timeout|16199500000"
obeys_law "after a clean-up"
ask health
is "health sees no zombies" "$(json '.warnings')" '[]'
post_text cleanup '{}'
is "again: nothing left" "$(json .cleaned_count)" 0
post_text cleanup '{"threshold_seconds":60}'
is "a shorter threshold" "$(json '[.cleaned_calls[].call_id] | index("fresh") != null')" true

# What is not understood.
for body in '{"threshold_seconds":0}' '{"threshold_seconds":1.5}' '{"threshold_seconds":"60"}'; do
	post_text cleanup "$body"
	is_problem 400 threshold_seconds 'This field is a whole number from 1 to*'
done
post_text cleanup '{"dry_run":1}'
is_problem 400 dry_run
post_text cleanup '{"treshold_seconds":60}'
is_problem 400 ''
post_text cleanup '[]'
is_problem 400 ''
post_text cleanup '{'
is_problem 400 ''
post_text cleanup '' QUERY_STRING='threshold_seconds=x'
is_problem 400 threshold_seconds
ask cleanup '' REQUEST_METHOD=PUT
is "PUT" "$status $(header Allow)" "405 GET, HEAD, POST, OPTIONS"

# Our own database, and tenants apart; more calls than one transaction takes.
own_db
awk 'BEGIN { for (i = 0; i < 1200; i++) printf "{\"event_type\":\"call_started\",\"call_id\":\"c%d\",\"tenant_id\":\"%s\",\"timestamp\":\"2026-02-06T0%d:00:00Z\"}\n", i, i % 4 ? "acme" : "north", i % 9 }' >"$work/calls"
post events "$work/calls"
is "calls are sent" "$(json .accepted)" 1200
post_text cleanup '' CALLMETRICS_TENANT=north
is "a tenant's" "$(json .cleaned_count) $(sql "SELECT count(*) FROM cm_call WHERE status = 'active'")" "300 900"
post_text cleanup '' STALE_CALL_THRESHOLD_SECONDS=18000
is "the threshold of the environment" "$(json '[.cleaned_count, .threshold_seconds]') $(sql "SELECT count(*) FROM cm_call WHERE status = 'active'")" \
	"$(sql "SELECT '[' || (900 - count(*)) || ',18000] ' || count(*) FROM cm_call WHERE status = 'active' AND started_us >= $((($(date -d "$NOW" +%s) - 18000) * 1000000))")"
is "the command line" "$(CALLMETRICS_BUILD=$build "$top/scripts/callmetrics" cleanup --threshold 3600 --dry-run | jq -c '[.cleaned_count, .dry_run]')" \
	"[$(sql "SELECT count(*) FROM cm_call WHERE status = 'active'"),true]"
CALLMETRICS_BUILD=$build "$top/scripts/callmetrics" cleanup >/dev/null
is "nothing is active" "$(sql "SELECT count(*) FROM cm_call WHERE status = 'active'")" 0
obeys_law "our own"
is "a late end takes the place of the guess" "$(post_text events '{"event_type":"call_ended","call_id":"c1","tenant_id":"acme","timestamp":"2026-02-06T02:00:00Z"}'
	sql "SELECT status, duration_us FROM cm_call WHERE call_id = 'c1'")" "completed|3600000000"

# A key that may only write ends calls and is told of none.
post_text events '{"event_type":"call_started","call_id":"secret","timestamp":"2026-02-06T02:00:00Z"}'
post_text cleanup '{"dry_run":true}' CALLMETRICS_SCOPE=write
is "how many, and not which" "$status $(json '[.cleaned_count, .cleaned_calls]')" '200 [1,[]]'
post_text cleanup '{"dry_run":true}' CALLMETRICS_SCOPE=read,write
is "who may read" "$status $(json '[.cleaned_calls[].call_id]')" '200 ["secret"]'
post_text cleanup '' CALLMETRICS_SCOPE=write
is "it ends" "$status $(json '[.cleaned_count, .cleaned_calls]')" '200 [1,[]]'

# Somebody holds the database.
hold_db
post_text cleanup ''
is_problem 503 '' '*locked*'
is "when to try again" "$(header Retry-After)" 2
release_db
# What would be ended, by GET; the guide's bridge calls the threshold so.  Who may not read is told how many, and not which.
own_db
printf '{"event_id":"z1","event_type":"call_started","trace_id":"zombie","timestamp":%s}' $(($(date -d "$NOW" +%s) - 7200)) >"$work/z"
post events "$work/z"
is "a zombie" "$status $(json .accepted)" '200 1'
for given in '' threshold=60 threshold_seconds=60; do
	ask cleanup "$given" SCRIPT_NAME=/zombie-calls
	is "zombies, $given" "$status $(json '[.count, .zombie_calls[0].call_id, .zombie_calls[0].status, .zombie_calls[0].duration_seconds]')" \
		'200 [1,"zombie","active",7200]'
done
ask cleanup threshold=7201
is "no zombies" "$status $(json '[.count, .zombie_calls]')" '200 [0,[]]'
ask cleanup '' CALLMETRICS_SCOPE=write
is_problem 403 ''
post_text cleanup '{"dry_run":true}' CALLMETRICS_SCOPE=write
is "a key that sends" "$status $(json '[.cleaned_count, .cleaned_calls]')" '200 [1,[]]'
for scope in read,write read ''; do
	post_text cleanup '{"dry_run":true}' CALLMETRICS_SCOPE=$scope
	is "the scope \"$scope\"" "$status $(json '[.cleaned_count, .cleaned_calls[0].call_id]')" '200 [1,"zombie"]'
done
post_text cleanup '{"threshold": 7201}'
is "the threshold of the guide's bridge" "$status $(json '[.cleaned_count, .threshold_seconds]')" '200 [0,7201]'
post_text cleanup '{"threshold": 60}' CALLMETRICS_SCOPE=write
is "ended, and not told which" "$status $(json '[.cleaned_count, .cleaned_calls]')" '200 [1,[]]'
ask cleanup
is "no zombies are left" "$status $(json .count)" '200 0'
finish
