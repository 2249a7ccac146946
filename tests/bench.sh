#!/bin/sh
# bench: the bench makes its database, serves it, measures, and writes down every row that it prints.
# suites: normal
. "${0%/*}/lib.sh"

passes "scripts/bench --quick" env CALLMETRICS_BUILD="$build" "$top/scripts/bench" --quick --no-install --data "$work/data" \
	--results "$work/results.json"
cp "$work/results.json" "$work/body"
is "no row without a number" "$(json '[.rows[] | select(.value | type != "number")] | length')" 0
is "no row twice" "$(json '[.rows[] | .what] - ["  on average"] | length - (unique | length)')" 0
for what in dashboard health failures hourly daily prometheus latency latency-events; do
	is "$what at the socket" "$(json "[.rows[] | select(.what | test(\"^1k $what: p99\"))] | length")" 1
done
for what in 'not cached' 'cached, of a static' 'CSV export' 'export worker' 'PSS' 'connection kept' 'first answer'; do
	isnt "a row about: $what" "$(json "[.rows[] | select(.what | test(\"$what\"))] | length")" 0
done
is "nothing is left running" "$(pgrep -f "$work/" || :)" ""
finish
