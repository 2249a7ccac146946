#!/bin/sh
# latency-events: timed steps one by one, newest first, page by page.
# suites: normal postgres sanitize
. "${0%/*}/lib.sh"

real_db
ask latency-events limit=3
is "status" "$status" 200
golden latency-events.json
id=CAb2882a5738f9bd740eb5d6cd529be7ed
ask latency-events "call_id=$id"
golden latency-events-of-call.json
ask latency-events "call_id=$id&event_type=tool"
is "of one kind" "$(json '[.events[].event_type] | unique')" '["tool_call_duration"]'
ask latency-events 'call_id=nobody'
is "of nobody" "$(json '[.events, .count, .next_cursor]')" '[[],0,null]'

for cursor in -9223372036854775808.1 9223372036854775807.1 -1.1; do
	ask latency-events "agent=x&cursor=$cursor"
	is_problem 400 cursor
done

made_db
for filter in '' event_type=session_duration tenant_id=acme 'call_type=outbound&event_type=tool'; do
	ask latency-events "limit=1000&start_time=2026-02-05T00:00:00Z${filter:+&$filter}"
	json '.events[].id' >"$work/whole"
	cursor=
	: >"$work/ids"
	while :; do
		ask latency-events "limit=37&start_time=2026-02-05T00:00:00Z${filter:+&$filter}${cursor:+&cursor=$cursor}"
		json '.events[].id' >>"$work/ids"
		cursor=$(json '.next_cursor // ""')
		[ -n "$cursor" ] || break
	done
	is "pages of ${filter:-all}" "$(cat "$work/ids")" "$(cat "$work/whole")"
	isnt "${filter:-all} has some" "$(wc -l <"$work/whole")" 0
done
finish
