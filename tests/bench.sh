#!/bin/sh
# bench: the bench makes its databases, serves them, measures, and writes down every row that it prints; a phase can be run alone.
# suites: normal
. "${0%/*}/lib.sh"

# bench OPTION...: a quick one; all that it says is in $work/said.
bench() {
	env CALLMETRICS_BUILD="$build" "$top/scripts/bench" --quick --no-install --data "$work/data" --results "$work/results.json" "$@" \
		>"$work/said" 2>&1
}

# counted JQ: of the results.
counted() {
	cp "$work/results.json" "$work/body"
	json "[$1] | length"
}

passes "scripts/bench --quick" bench
sed -n 's/^left out: //p' "$work/said" | while read -r what; do left_out "$what"; done
cp "$work/results.json" "$work/first.json"
is "no row without a number" "$(counted '.rows[] | select(.value | type != "number")')" 0
is "no row twice" "$(counted '.rows[] | .what')" "$(counted '.rows | unique_by(.what)[]')"
is "phases" "$(json '[.phases[].phase] | join(" ")')" \
	"writes fresh intake questions-1k rates-1k export-1k memory-1k bytes-1k others-30d growth"
for what in dashboard health failures hourly daily prometheus latency latency-events; do
	is "$what at the socket" "$(counted ".rows[] | select(.what | test(\"^1k $what: p99\"))")" 1
	is "$what off the edge" "$(counted ".rows[] | select(.what | test(\"^1k at 10:32:17 $what: p99\"))")" 1
done
for what in 'not cached' 'cached, of a static' 'CSV export' 'export worker' 'PSS' 'connection kept' 'first answer' 'dashboard after a commit .no follower, others write' \
	'events a second.*16 calls' 'events a second.*2 000 calls' 'one event a second.*2 000 calls' 'bytes an event.*after vacuum' \
	'bytes a call' 'interval=1h' 'in Python: dashboard, times as long' '200 combinations of labels.*dashboard.agent'; do
	isnt "a row about: $what" "$(counted ".rows[] | select(.what | test(\"$what\"))")" 0
done

# What others say of the same calls, and what the facts say, is what we say; and a figure that is not ours would be told.
is "the law after events" "$(counted '.rows[] | select(.what | test("^the law after")) | select(.verdict == "PASS")')" 2
isnt "compared with others" "$(counted '.rows[] | select(.what | test("figures that are not ours"))')" 0
is "figures that are not ours" "$(counted '.rows[] | select(.what | test("figures that are not ours")) | select(.value != 0)')" 0
echo '{"a":{"n":7,"p95":1.2,"none":null},"more":1}' >"$work/ours.json"
echo '{"a":{"n":8,"p95":1.2499,"none":null},"b":[0]}' >"$work/other.json"
is "figures that differ" "$(jq -nc --slurpfile ours "$work/ours.json" --slurpfile other "$work/other.json" --argjson rounded 0.05 \
	-f "$top/bench/agree.jq")" '["a.n","b.0"]'

# One phase again: its rows take the place of those before, over the database that is there; one of another tree is made anew.
passes "one phase" bench --only 'bytes-*'
is "rows" "$(counted '.rows[]')" "$(jq '.rows | length' "$work/first.json")"
is "the others' rows" "$(jq -c '[.rows[] | select(.phase != "bytes-1k")]' "$work/results.json")" \
	"$(jq -c '[.rows[] | select(.phase != "bytes-1k")]' "$work/first.json")"
is "nothing was made anew" "$(grep -c -e making -e taking "$work/said" || :)" 0
echo another >"$work/data/calls-1k.db.attached"
passes "with --keep" bench --only bytes-1k --keep
is "it is kept" "$(grep -c taking "$work/said" || :)" 0
passes "of another tree" bench --only bytes-1k
is "it is made anew" "$(grep -c taking "$work/said" || :)" 1
bench --only nothing && status=0 || status=$?
is "no such phase" "$status" 1
is "nothing is left running" "$(pgrep -f "$work/" || :)" ""
finish
