#!/bin/sh
# sums: nothing that is told, however large and often, keeps facts from being counted: sums stay where they came to 2^62.
# suites: normal postgres
. "${0%/*}/lib.sh"

NOW=2026-03-02T11:00:00Z

# packs [WORD]: what they hold, by code of the tests.
packs() { /usr/bin/python3 "$top/tests/packs.py" "$@" "$db"; }

ended() {
	post_text events "{\"event_type\":\"call_ended\",\"call_id\":\"$1\",\"timestamp\":\"2026-03-02T10:00:00Z\",\"data\":{\"duration_seconds\":$2}}"
	post_text events "{\"event_type\":\"probe\",\"call_id\":\"$1\",\"timestamp\":\"2026-03-02T10:00:00Z\",\"data\":{\"component\":\"tool\",\"latency_ms\":10}}"
}

own_db
ended a 10
is "a sum" "$(packs counts | cut -d '|' -f 5- | sort -u)" 'completed/inbound/|1|0|1|10000000'

# Sums at their end.
sql "UPDATE cm_counter SET sum_us = 9223372036854775807"
packs fill
ended b 10
is "it is taken" "$status" 200
is "counts go on, and sums stay" "$(packs counts | cut -d '|' -f 5- | sort -u)" 'completed/inbound/|2|0|2|4611686018427387904'
is "counters" "$(sql "SELECT DISTINCT sum_us FROM cm_counter WHERE outcome LIKE 'completed%'")" 4611686018437387904
ask prometheus
is "what Prometheus reads never falls" "$status $(sed -n 's/^voice_call_duration_seconds_sum //p' "$work/body")" "200 4611686018437.389"
ask dashboard
is "other figures are told" "$status $(json '[.summary.total_calls, .duration.p95]')" '200 [2,10]'
code=0
"$build/jobs/check" "$db" >"$work/told" 2>&1 || code=$?
is "a sum that came to its end is not wrong" "$code" 0

# What is taken away again leaves what it was.
ended b 20
is "it is corrected" "$status" 200
is "counts" "$(packs counts | cut -d '|' -f 5-8 | sort -u)" 'completed/inbound/|2|0|2'
finish
