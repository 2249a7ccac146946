#!/bin/sh
# log-event: what happens to a call becomes one line of the structured log, with numbers masked; lines of many never mix.
# suites: normal sanitize
. "${0%/*}/lib.sh"

CALLMETRICS_BUILD=$build
CALLMETRICS_NOW=$NOW
export CALLMETRICS_BUILD CALLMETRICS_NOW
# event ARGUMENT...: callmetrics log-event; sets code, and the files said (standard output) and logged (standard error).
event() {
	code=0
	"$top/scripts/callmetrics" log-event "$@" >"$work/said" 2>"$work/logged" || code=$?
}
head='{"timestamp":"2026-02-06T10:30:00.000Z","level":"INFO","logger":"voice.metrics","message":'

# The guide's own example, but for its number.
event started --call-id abc123 --call-type outbound --phone-number +1234567890
is "started" "$code $(cat "$work/said")" '0 '
is "its line" "$(cat "$work/logged")" "$head\"call_started\",\"call_id\":\"abc123\",\"call_type\":\"outbound\",\"phone_number\":\"+******7890\"}"
event ended --call-id abc123 --status failed --failure-reason network_error --duration-seconds 61.5 --caller-number sip:alice@example.com \
	--callee-number '+49 30 1234567' --tenant-id acme --agent billing --provider openai --call-type inbound
is "ended" "$(cat "$work/logged")" "$head\"call_ended\",\"call_id\":\"abc123\",\"call_type\":\"inbound\",\"caller_number\":\"sip:*****@example.com\",\"callee_number\":\"+** ** ***4567\",\"status\":\"failed\",\"failure_reason\":\"network_error\",\"duration_seconds\":61.5,\"tenant_id\":\"acme\",\"agent\":\"billing\",\"provider\":\"openai\"}"
event latency --call-id abc123 --event-type tool_call_duration --duration-ms 812.25
is "latency" "$(cat "$work/logged")" "$head\"call_latency\",\"call_id\":\"abc123\",\"event_type\":\"tool_call_duration\",\"duration_ms\":812.25}"
event ended --call-id x --duration-seconds 0
like "a duration of nothing" "$(cat "$work/logged")" '*"duration_seconds":0.0}'
CALLMETRICS_LOG_NUMBERS=1 event started --call-id x --caller-number +1234567890
like "numbers, where they are wanted" "$(cat "$work/logged")" '*"caller_number":"+1234567890"}'
event started --call-id "$(printf 'a "quoted"\nline\\')"
is "odd ids" "$(jq -r .call_id "$work/logged")" "$(printf 'a "quoted"\nline\\')"
is "one line" "$(wc -l <"$work/logged")" 1

# The level.
for level in WARNING ERROR NONE; do
	CALLMETRICS_LOG_LEVEL=$level event started --call-id x --to "$work/nothing"
	is "level $level" "$code $(cat "$work/logged")" '0 '
done
is "no file either" "$(find "$work" -name nothing)" ''

# Where it goes.
event started --call-id x --to -
is "standard output" "$(wc -l <"$work/said") $(wc -c <"$work/logged")" '1 0'
event started --call-id first --to "$work/calls.log"
event ended --call-id second --to "$work/calls.log"
is "the end of a file" "$(jq -r .call_id "$work/calls.log" | xargs)" 'first second'
event started --call-id x --to "$work/nowhere/calls.log"
is "no such folder" "$code" 1
like "says so" "$(cat "$work/logged")" 'callmetrics log-event: */nowhere/calls.log: No such file*'
event started --call-id x --to /dev/full
is "a full disk" "$code" 1

# Wrong use.
for use in '' 'started' 'started --call-id' 'paused --call-id x' 'started --call-id x --colour red' 'started x' \
	'latency --call-id x' 'latency --call-id x --event-type e' 'latency --call-id x --duration-ms 5' \
	'latency --call-id x --event-type e --duration-seconds 5' 'ended --call-id x --duration-ms 5' \
	'ended --call-id x --duration-seconds -1' 'ended --call-id x --duration-seconds nan' 'ended --call-id x --duration-seconds 1e99' \
	'ended --call-id x --duration-seconds 5s'; do
	# shellcheck disable=SC2086 # words
	event $use
	is "log-event $use" "$code" 2
	like "log-event $use: how it is used" "$(cat "$work/logged")" 'callmetrics log-event: *usage: callmetrics log-event *'
done
event started --call-id ''
is "an empty id" "$code" 2
passes "--help" "$top/scripts/callmetrics" log-event --help

# Many at once, into one file and into one pipe, with texts as long as they come.
long=$(printf '%05000d' 0)
many() {
	many_pids=
	for n in 1 2 3 4; do
		(for m in 1 2 3 4 5 6 7 8 9 10; do
			"$build/jobs/log-event" started --call-id "$n-$m" --agent "$long" --provider "$long" --status "$long" --call-type "$long" "$@"
		done) &
		many_pids="$many_pids $!"
	done
	# shellcheck disable=SC2086 # numbers
	wait $many_pids
}
many --to "$work/file"
(many --to -) | cat >"$work/pipe"
for kind in file pipe; do
	is "lines in a $kind" "$(wc -l <"$work/$kind") $(jq -r .call_id "$work/$kind" | sort -u | wc -l)" '40 40'
	is "the longest in a $kind" "$(awk 'length($0) + 1 > most { most = length($0) + 1 } END { print (most <= 4096) }' "$work/$kind")" 1
done
finish
