#!/bin/sh
# labels: a tenant has so many combinations of labels; what comes beyond counts as other, is warned of, and costs no other tenant.
# suites: normal postgres sanitize
. "${0%/*}/lib.sh"

NOW=2026-03-02T11:00:00Z
CALLMETRICS_LABELS_MOST=3
export CALLMETRICS_LABELS_MOST

# call ID TENANT AGENT TYPE
call() {
	printf '{"event_type":"%s","call_id":"%s","timestamp":"2026-03-02T10:00:00Z","tenant_id":"%s","data":{"agent":"%s"}}\n' "$4" "$1" "$2" "$3"
}

# agents TENANT: how many calls of each.
agents() {
	sql "SELECT s.agent, count(*) FROM cm_call c JOIN cm_series s ON s.series_id = c.series_id WHERE s.tenant_id = '$1'
		GROUP BY s.agent ORDER BY s.agent" | paste -s -d ' ' -
}

own_db
for agent in a b c d e f; do
	call "acme-$agent" acme "$agent" call_started
done >"$work/acme"
post events "$work/acme"
is "all are taken" "$status $(json '[.accepted, .duplicates, (.rejected | length)] | map(tostring) | join(" ")')" "200 6 0 0"
is "three agents, and others" "$(agents acme)" 'a|1 b|1 c|1 other|3'
ask health
like "health warns" "$(json '.warnings[]')" '*1 tenant has more combinations of labels than CALLMETRICS_LABELS_MOST*'
for agent in a d g; do
	call "north-$agent" north "$agent" call_started
done >"$work/north"
post events "$work/north"
is "another tenant has its own" "$(agents north)" 'a|1 d|1 g|1'

# One by one, and as the same call goes on.
call acme-g acme g call_started >"$work/one"
post events "$work/one"
call acme-d acme d call_ended >"$work/one"
post events "$work/one"
printf '{"event_type":"probe","call_id":"acme-e","timestamp":"2026-03-02T10:00:00Z","tenant_id":"acme","data":{"component":"tool","latency_ms":5}}\n' >"$work/one"
post events "$work/one"
is "so do those that come later" "$(agents acme)" 'a|1 b|1 c|1 other|4'
is "steps are their calls'" "$(sql "SELECT s.agent FROM cm_latency l JOIN cm_series s ON s.series_id = l.series_id")" other
ask dashboard 'tenant_id=acme&agent=other'
is "they can be asked for" "$(json '[.summary.total_calls, .breakdown.by_status.completed]')" '[4,1]'
ask dashboard 'tenant_id=acme'
is "nothing is lost" "$(json .summary.total_calls)" 7
obeys_law "others"
post events "$work/acme"
is "sent again" "$(json .duplicates) $(agents acme)" "6 a|1 b|1 c|1 other|4"

# Where an operator lets it have more.
CALLMETRICS_LABELS_MOST=6
call acme-h acme h call_started >"$work/one"
post events "$work/one"
is "more" "$(agents acme)" 'a|1 b|1 c|1 h|1 other|4'
finish
