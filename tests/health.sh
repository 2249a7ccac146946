#!/bin/sh
# health: whether calls go well right now, and what deserves a look.
# suites: normal postgres sanitize valgrind
. "${0%/*}/lib.sh"

real_db
ask health
is "status" "$status" 200
golden health.json

ask health '' SCRIPT_NAME=/healthz
is "probe" "$status $(header Content-Type) $(cat "$work/body")" "200 text/plain; charset=utf-8 ok"

# Another window than the last hour is not called that.
for query in hours=1 'start_time=2026-02-06T09:30:00Z'; do
	ask health "$query"
	golden health.json
done
ask health 'hours=48'
is "48 hours" "$status $(json '[.period, .indicators.calls_last_hour, .indicators.calls > 500]')" \
	'200 [{"start":"2026-02-04T10:30:00.000Z","end":"2026-02-06T10:30:00.000Z"},null,true]'

# The warnings and the verdict, one row at a time.
attached_db few
call() {
	sql "INSERT INTO calls (call_id, call_type, started_at, duration_seconds, status)
		VALUES ('$1', 'inbound', '$2', 10, '$3')"
}
ask health
is "no calls: healthy, rate null" "$status $(json '[.status, .indicators.success_rate, .warnings]')" '200 ["healthy",null,[]]'
for n in 1 2 3 4; do call "good-$n" "2026-02-06T10:0$n:00Z" completed; done
call bad-1 2026-02-06T10:10:00Z failed
ask health
is "80 % is enough" "$status $(json '[.status, .indicators.success_rate, (.warnings | length)]')" '200 ["healthy",80,0]'
call bad-2 2026-02-06T10:11:00Z timeout
ask health
is "under 80 % is degraded" "$status $(json '[.status, .indicators.success_rate]')" '503 ["degraded",66.7]'
like "and says so" "$(json .warnings)" '*80 %*'
ask health '' CALLMETRICS_MIN_SUCCESS_PCT=60
is "the threshold is configuration" "$status $(json .status)" '200 healthy'
call bad-3 2026-02-06T10:12:00Z failed
ask health '' CALLMETRICS_MIN_SUCCESS_PCT=0
is "three failures pass" "$(json .warnings)" '[]'
call bad-4 2026-02-06T10:12:00Z failed
ask health '' CALLMETRICS_MIN_SUCCESS_PCT=0
like "four do not" "$(json .warnings)" '*4 calls failed*'
call old-failure 2026-02-06T09:29:59Z failed
ask health '' CALLMETRICS_MIN_SUCCESS_PCT=0
like "an older one does not count" "$(json .warnings)" '*4 calls failed*'
ask health '' CALLMETRICS_MIN_SUCCESS_PCT=0 CALLMETRICS_MAX_FAILURES=4
is "nor with a higher threshold" "$(json .warnings)" '[]'

quiet='CALLMETRICS_MIN_SUCCESS_PCT=0'
for n in 0 1 2 3 4 5 6 7 8 9; do call "live-$n" 2026-02-06T09:30:00Z active; done
ask health '' $quiet CALLMETRICS_MAX_FAILURES=100
is "ten active calls, an hour old, pass" "$(json '[.indicators.active_calls, .warnings]')" '[10,[]]'
call live-10 2026-02-06T09:29:59.999999Z active
ask health '' $quiet CALLMETRICS_MAX_FAILURES=100
like "eleven do not" "$(json .warnings)" '*11 calls are active*'
like "nor does one that is older" "$(json .warnings)" '*1 active call*zombie*'
is "warnings alone are no 503" "$status" 200

call '' 'not a time' completed
ask health '' $quiet CALLMETRICS_MAX_FAILURES=100 CALLMETRICS_MAX_ACTIVE=100 CALLMETRICS_ZOMBIE_SECONDS=86400
like "rows that make no sense are told" "$(json .warnings)" '*1 row*calls*started_at*'
sql "UPDATE calls SET started_at = '2026-02-06T10:20:00' WHERE call_id = ''"
ask health '' $quiet CALLMETRICS_MAX_FAILURES=100 CALLMETRICS_MAX_ACTIVE=100 CALLMETRICS_ZOMBIE_SECONDS=86400
is "until they are mended" "$(json .warnings)" '[]'
finish
