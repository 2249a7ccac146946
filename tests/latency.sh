#!/bin/sh
# latency: how long callers and components wait.
# suites: normal postgres sanitize valgrind
. "${0%/*}/lib.sh"

real_db
ask latency
is "status" "$status" 200
golden latency-24h.json
ask latency 'hours=3&component=tool&interval=1h'
golden latency-tool-by-hour.json
ask latency 'hours=1&interval=5m&component=turn_e2e'
is "5m of an hour" "$(json '.timeseries | length')" 12
is "spans add up" "$(json '[.timeseries[].turn_e2e.count] | add')" "$(json '.components.turn_e2e.count')"
ask latency 'component=network'
is "no data is null" "$(json '.components')" '{"network":{"count":0,"avg":null,"min":null,"max":null,"p50":null,"p95":null,"p99":null}}'
ask latency 'hours=24&interval=1m'
is_problem 400 interval '*1000 spans*'
ask latency 'hours=1&interval=4s'
is "900 spans are not too many" "$(json '.timeseries | length')" 900

# Each span of a series is what a window of its own is: all kinds, by whatever way their values are found.
made_db
for filter in '' '&call_type=inbound&component=turn_e2e' '&tenant_id=acme'; do
	ask latency "start_time=2024-02-28T23:59:59Z&end_time=2026-02-06T10:35:01Z&interval=1d$filter"
	json '[.timeseries, [.timeseries[1:][].start, "2026-02-06T10:35:01.000Z"]] | transpose[] | select(.[0] | any(.[]; type == "object" and .count > 1))
		| .[0].start + " " + .[1] + " " + (.[0] | del(.start) | tojson)' >"$work/spans"
	isnt "some spans${filter:+ of $filter} have several values" "$(wc -l <"$work/spans")" 0
	tail -n 25 "$work/spans" | while read -r from to span; do
		ask latency "start_time=$from&end_time=$to$filter"
		[ "$(json .components)" = "$span" ] || echo "$from$filter: $(json .components), not $span"
	done >"$work/others"
	is "each is its own window's" "$(cat "$work/others")" ''
done
real_db

# Taken in, a step at a time: into the voice app's own table, from which the facts follow.
call=$(sql "SELECT call_id FROM calls LIMIT 1")
before=$(sql "SELECT count(*) FROM latency_events")
post_text latency "{\"call_id\":\"$call\",\"event_type\":\"tool_call_duration\",\"duration_ms\":812.125,\"metadata\":{\"tool\":\"crm\"}}"
is "recorded" "$status $(cat "$work/body")" \
	"201 {\"status\":\"recorded\",\"call_id\":\"$call\",\"event_type\":\"tool_call_duration\",\"duration_ms\":812.125}"
is "the app's row" "$(sql "SELECT duration_ms, timestamp, metadata FROM latency_events WHERE id = (SELECT max(id) FROM latency_events)")" \
	'812.125|2026-02-06T10:30:00.000000+00:00|{"tool":"crm"}'
is "one row" "$(sql "SELECT count(*) - $before FROM latency_events")" 1
is "a line of the log" "$(jq -c '[.message, .call_id, .duration_ms]' "$work/log")" "[\"call_latency\",\"$call\",812.125]"
ask latency 'component=tool&hours=1'
is "the question sees it" "$(json '.tool_call_duration_ms.max >= 812.125')" true
obeys_law "the app's database"
for field in call_id event_type duration_ms; do
	post_text latency "$(printf '{"call_id":"c","event_type":"tool","duration_ms":1}' | jq -c "del(.$field)")"
	is_problem 400 "$field" 'This field is missing.'
done
for wrong in '"event_type":"moon"' '"duration_ms":"12"' '"duration_ms":-1' '"duration_ms":1e300' '"call_id":""' '"metadata":[]'; do
	post_text latency "$(printf '{"call_id":"c","event_type":"tool","duration_ms":1,%s}' "$wrong")"
	wrong_field=${wrong%%:*}
	is_problem 400 "$(echo "$wrong_field" | tr -d '"')"
done
post_text latency '[1]'
is_problem 400 ''
post_text latency '{"call_id":"c"' CONTENT_TYPE=text/csv
is_problem 415 ''
post_text latency "{\"call_id\":\"$call\",\"event_type\":\"tool\",\"duration_ms\":5}" CALLMETRICS_TENANT=other
is "another tenant's call of that id is another call" "$status $(json .status)" '201 recorded'
post_text latency '{"call_id":"c","event_type":"tool","duration_ms":1}' QUERY_STRING=hours=2
is_problem 400 hours

# Into a database of our own.
own_db
post_text latency '{"call_id":"c","event_type":"session_duration","duration_ms":0,"metadata":{"a":1}}' CALLMETRICS_TENANT=acme
is "our own: zero is a value" "$status $(sql "SELECT component, duration_us, metadata, tenant_id FROM cm_latency JOIN cm_series USING (series_id)")" \
	'201 session|0|{"a":1}|acme'
obeys_law "our own"
# The words of spec 2 are taken.
real_db
for pair in llm=llm_ttft tts=tts_ttfb; do
	ask latency "component=${pair#*=}"
	cp "$work/body" "$work/named"
	ask latency "component=${pair%=*}"
	is "component=${pair%=*}" "$status $(json '.components | keys')" "200 [\"${pair#*=}\"]"
	passes "component=${pair%=*} answers as ${pair#*=}" cmp "$work/body" "$work/named"
	ask latency-events "event_type=${pair%=*}&limit=3&call_id=&cursor="
	is "event_type=${pair%=*}" "$status" 200
done
# What the schema tells people of bins (docs/schema.md, cm_octave) is what stands in the facts.
real_db
is "bins that are not those of cm_octave" "$(sql "SELECT count(*) FROM (SELECT duration_us, bin FROM cm_latency
	UNION ALL SELECT duration_us, bin FROM cm_call WHERE bin IS NOT NULL) f
	WHERE bin <> (SELECT (f.duration_us >> CAST(shift AS integer)) + 512 * shift FROM cm_octave WHERE floor_us <= f.duration_us
	ORDER BY floor_us DESC LIMIT 1)")" 0
is "bins" "$(sql "SELECT count(*) FROM cm_latency WHERE bin > 0")" 10182
finish
