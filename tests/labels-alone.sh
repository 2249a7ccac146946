#!/bin/sh
# labels-alone: what is asked of one label costs no more with the combinations of labels that there are; of several labels it is as true, and
# bounded.
# suites: normal postgres sanitize
. "${0%/*}/lib.sh"

NOW=2026-03-02T12:00:00Z
calls=1500
CALLMETRICS_LABELS_MOST=2000 CALLMETRICS_SETTLE_S=0
export CALLMETRICS_LABELS_MOST CALLMETRICS_SETTLE_S

# events COMBINATIONS: calls with six steps each, half of them of one agent, version, provider and direction; the others, and the labels that
# are not these, are of so many.
events() {
	awk -v calls="$calls" -v most="$1" 'BEGIN {
		srand(5)
		for (i = 0; i < calls; i++) {
			k = i % most
			at = sprintf("2026-03-%02dT%02d:%02d:%02d", 1 + (i % 2 == 0), i % 2 == 0 ? int(i / 2) % 12 : 12 + int(i / 2) % 12, i % 60, i % 59)
			head = sprintf("\"call_id\":\"c%d\",\"tenant_id\":\"t%d\",\"data\":{", i, k % 7)
			labels = sprintf("\"agent\":\"a%d\",\"agent_version\":\"v%d\",\"provider\":\"p%d\",\"direction\":\"%s\"", i % 4 < 2 ? 0 : k,
				i % 3 ? 0 : k, i % 2, i % 8 < 4 ? "inbound" : "outbound")
			printf "{\"event_type\":\"call_started\",\"timestamp\":\"%sZ\",%s%s}}\n", at, head, labels
			printf "{\"event_type\":\"call_ended\",\"timestamp\":\"%s.5Z\",%s\"status\":\"%s\",\"duration_seconds\":%d}}\n", at, head,
				i % 25 ? "completed" : "failed", 5 + int(1000 * rand())
			for (s = 0; s < 6; s++)
				printf "{\"event_type\":\"probe\",\"timestamp\":\"%s.%dZ\",%s\"component\":\"tool\",\"latency_ms\":%d}}\n", at, s, head,
					1 + int(exp(12 * rand()))
		}
	}'
}

filled_db() {
	own_db
	events "$1" >"$work/events"
	split -l 4000 "$work/events" "$work/part-"
	for part in "$work"/part-*; do
		post events "$part"
		is "$1: taken" "$status $(json '.rejected | length')" "200 0"
	done
	rm -f "$work"/part-*
}

# steps QUESTION QUERY: those that SQLite takes for it.
steps() {
	ask "$1" "$2" LD_PRELOAD="$work/steps.so" STEPS_TOLD="$work/told" ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0"
	is "$1?$2" "$status" 200
	taken=$(cat "$work/told")
}

alone='agent=a0 agent_version=v0 provider=p1 call_type=inbound'
if [ "$engine" = sqlite ]; then
	passes "the shim builds" "${CC:-cc}" -shared -fPIC -O2 -o "$work/steps.so" "$top/tests/steps.c" -ldl
	for many in 2 "$calls"; do
		filled_db "$many"
		for question in dashboard latency hourly daily prometheus health failures; do
			for filter in $alone; do
				steps "$question" "$filter"
				printf '%s?%s %s\n' "$question" "$filter" "$taken"
			done
		done >"$work/steps-$many"
	done
	# Where many combinations have a failure, it is looked for by time rather than in each of them.
	join "$work/steps-2" "$work/steps-$calls" | awk '$3 > 1.25 * $2 + 3000' >"$work/more"
	is "no more steps for more combinations" "$(cat "$work/more")" ''
else
	filled_db "$calls"
fi

# The answers, by a look at all rows.
where() {
	printf '%s' "$1" | sed "s/=\([^&]*\)/ = '\1'/g; s/\(^\|&\)/ AND s./g"
}

for filter in $alone 'provider=p0&call_type=inbound' 'agent=a0&call_type=outbound' 'agent_version=v0&provider=p1' 'agent=a0&agent_version=v0&provider=p0' \
	'tenant_id=t3&call_type=inbound' 'tenant_id=t2&agent=a0' 'agent=nobody' 'agent=nobody&call_type=inbound'; do
	condition=$(where "$filter")
	for span in '2026-03-01T12:00:00Z 2026-03-02T12:00:00Z' '2026-03-01T13:02:17Z 2026-03-02T10:33:05Z'; do
		from=${span% *} to=${span#* }
		from_us=$(date -u -d "$from" +%s)000000 to_us=$(date -u -d "$to" +%s)000000
		within="BETWEEN $from_us AND $to_us - 1"
		ask latency "component=tool&start_time=$from&end_time=$to&$filter"
		count=$(sql "SELECT count(*) FROM cm_latency l JOIN cm_series s USING (series_id) WHERE l.component = 'tool' AND l.at_us $within$condition")
		is "$filter, $from: steps" "$(json .components.tool.count)" "$count"
		if [ "$count" != 0 ]; then
			is "$filter, $from: p95" "$(json '.components.tool.p95 * 1000 | floor')" "$(sql "SELECT l.duration_us FROM cm_latency l
				JOIN cm_series s USING (series_id) WHERE l.component = 'tool' AND l.at_us $within$condition
				ORDER BY l.duration_us LIMIT 1 OFFSET $(((count * 95 + 99) / 100 - 1))")"
		fi
		ask dashboard "start_time=$from&end_time=$to&$filter"
		is "$filter, $from: calls" "$(json .summary.total_calls)" "$(sql "SELECT count(*) FROM cm_call c JOIN cm_series s USING (series_id)
			WHERE c.started_us $within$condition")"
	done
	ask prometheus "$filter"
	is "$filter: counted" "$(awk '/^voice_calls_total/ { n += $NF } END { print n + 0 }' "$work/body")" \
		"$(sql "SELECT count(*) FROM cm_call c JOIN cm_series s USING (series_id) WHERE c.status <> 'active'$condition")"
	ask failures "limit=1000&days=3&$filter"
	is "$filter: failures" "$(json '.failures | length')" "$(sql "SELECT count(*) FROM cm_call c JOIN cm_series s USING (series_id)
		WHERE c.failure_reason <> ''$condition")"
done

# What takes in too many is refused, and one label is never too many.
for filter in $alone 'tenant_id=t3' ''; do
	ask dashboard "$filter" CALLMETRICS_COMBINATIONS_MOST=5
	is "$filter is answered" "$status" 200
done
ask dashboard 'provider=p1&call_type=inbound' CALLMETRICS_COMBINATIONS_MOST=5
is "too many" "$status" 400
like "why" "$(json .detail)" 'These labels together take in more than 5 combinations of labels; ask for one of them alone, *'
ask dashboard 'provider=p1&call_type=inbound'
is "by itself" "$status" 200
finish
