#!/bin/sh
# sums: nothing that is told, however large and often, keeps facts from being folded: sums stay where they came to 2^62, and a pending
# fact that makes no sense is told of, noted, and costs no other.
# suites: normal postgres
. "${0%/*}/lib.sh"

NOW=2026-03-02T11:00:00Z

# fold: what is pending, into the rollups.
fold() {
	if [ "$engine" = postgres ]; then
		sql "SELECT cm_fold(1)" 2>"$work/said"
	else
		sql "INSERT INTO cm_pending (pending_id, series_id, kind, outcome, at_us, value_us, bin, n, n_transcript, n_seen, n_reached, n_timed)
			VALUES (100000, 1, 'call', '', 0, 0, NULL, 0, 0, 0, 0, 0)"
	fi >"$work/folded"
}

ended() {
	post_text events "{\"event_type\":\"call_ended\",\"call_id\":\"$1\",\"timestamp\":\"2026-03-02T10:00:00Z\",\"data\":{\"duration_seconds\":10}}"
	post_text events "{\"event_type\":\"probe\",\"call_id\":\"$1\",\"timestamp\":\"2026-03-02T10:00:00Z\",\"data\":{\"component\":\"tool\",\"latency_ms\":10}}"
}

own_db
ended a
fold
is "all is folded" "$(sql "SELECT count(*) FROM cm_pending")" 0
is "a sum" "$(sql "SELECT DISTINCT sum_us FROM cm_rollup WHERE outcome LIKE 'completed%'")" 10000000

# Sums at their end.
sql "UPDATE cm_rollup SET sum_us = 9223372036854775807; UPDATE cm_counter SET sum_us = 9223372036854775807;
	UPDATE $(chosen cm_rollup_bin cm_rollup_slot) SET sum_us = 9223372036854775807"
ended b
fold
is "all is folded, still" "$(sql "SELECT count(*) FROM cm_pending")" 0
is "counts go on" "$(sql "SELECT DISTINCT n FROM cm_rollup WHERE outcome LIKE 'completed%'")" 2
for of in "cm_rollup WHERE outcome LIKE 'completed%'" "cm_counter WHERE outcome LIKE 'completed%'" "cm_rollup_bin WHERE kind = 'call'"; do
	is "sums stay where they came to: ${of%% *}" "$(sql "SELECT DISTINCT sum_us FROM $of")" 4611686018437387904
done
ask prometheus
is "what Prometheus reads never falls" "$status $(sed -n 's/^voice_call_duration_seconds_sum //p' "$work/body")" "200 4611686018437.389"
ask dashboard
is "other figures are told" "$status $(json '[.summary.total_calls, .duration.p95]')" '200 [2,10]'

# A fact of a kind that there is not, among others.
if [ "$engine" = postgres ]; then
	own_db
	ended a
	ended b
	series=$(sql "SELECT series_id FROM cm_call LIMIT 1")
	sql "INSERT INTO cm_pending (series_id, kind, outcome, at_us, value_us, bin, n, n_transcript, n_seen, n_reached, n_timed)
		VALUES ($series, 'quality', '', 1772445600000000, 24000, 3512, 1, 0, 1, 1, 1),
			($series, 'call', 'failed/inbound/unknown', 1772445600000000, 9223372036854775807, 28000, 2, 0, 1, 1, 1)"
	ended c
	fold
	is "the others are folded" "$(sql "SELECT count(*) FROM cm_pending")" 0
	is "and counted" "$(sql "SELECT sum(n) FROM cm_rollup r JOIN cm_series s USING (series_id) WHERE scope = 'all' AND resolution = 86400")" 3
	is "which are not is noted" "$(sql "SELECT field, source_id LIKE '% quality 1772445600000000 24000 1', source_id LIKE '% call failed/%' FROM cm_skipped
		WHERE source = 'cm_pending' ORDER BY 3")" 'value|t|f
value|f|t'
	is "the server tells of them" "$(grep -c 'WARNING:  callmetrics: pending fact [0-9]* cannot be folded and is skipped' "$work/said")" 2
	ask health
	like "and so does health" "$(json '.warnings[]')" '*2 rows of cm_pending were skipped*'
	is "nothing is of no kind" "$(sql "SELECT count(*) FROM cm_rollup_bin WHERE kind IS NULL")" 0
fi
finish
