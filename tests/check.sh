#!/bin/sh
# check: a pack that is not what the facts come to is found, told of and made anew; those of pruned facts are left as they are.
# suites: normal postgres sanitize
. "${0%/*}/lib.sh"

# check_db [OPTION]: runs it on $db; sets code.
check_db() {
	code=0
	# shellcheck disable=SC2086 # words
	${CM_RUN:-} "$build/jobs/check" "$@" "$db" >"$work/told" 2>"$work/check.log" || code=$?
}

# holds WHAT: all packs are what the facts come to.
holds() {
	check_db
	is "$1: exit status" "$code" 0
	like "$1: told" "$(tail -n 1 "$work/told")" '*: [1-9]* packs are what the facts come to'
	is "$1: no difference is told" "$(wc -l <"$work/told" | tr -d ' ')" 1
}

# finds WHAT LINES: so many differences are told, of which one is like each further argument; then they are repaired.
finds() {
	finds_what=$1
	finds_lines=$2
	shift 2
	check_db
	is "$finds_what: exit status" "$code" 1
	is "$finds_what: differences" "$(sed '$d' "$work/told" | wc -l | tr -d ' ')" "$finds_lines"
	like "$finds_what: what to do" "$(tail -n 1 "$work/told")" "*: $finds_lines packs differ from the facts, of *; make them anew: *--repair"
	for pattern in "$@"; do
		checks=$((checks + 1))
		grep -q -- "$pattern" "$work/told" || wrong "$finds_what: told of it" "$pattern
$(cat "$work/told")"
	done
	check_db --repair
	is "$finds_what: repaired" "$code" 0
	like "$finds_what: that is told" "$(tail -n 1 "$work/told")" "*: $finds_lines packs differed and are made anew, of *; 0 are lost"
	holds "$finds_what, repaired"
	obeys_law "$finds_what, repaired"
}

own_db
check_db
is "nothing: exit status" "$code" 0
like "nothing" "$(cat "$work/told")" '*: 0 packs are what the facts come to'

for call in a b c; do
	post_text events "{\"event_type\":\"call_started\",\"call_id\":\"$call\",\"tenant_id\":\"acme\",\"timestamp\":\"2026-02-05T23:59:00Z\",\"data\":{\"agent\":\"anna\"}}
{\"event_type\":\"call_ended\",\"call_id\":\"$call\",\"tenant_id\":\"acme\",\"timestamp\":\"2026-02-06T00:03:00Z\"}
{\"event_type\":\"probe\",\"call_id\":\"$call\",\"tenant_id\":\"acme\",\"timestamp\":\"2026-02-06T00:00:00Z\",\"data\":{\"component\":\"tool\",\"latency_ms\":10}}" \
		CONTENT_TYPE=application/x-ndjson
done
holds "what was sent"
packs=$(sql "SELECT count(*) FROM cm_pack")
isnt "there are packs" "$packs" 0

# The number of a pack of calls of all together, of five minutes.
all="(SELECT series_id FROM cm_series WHERE scope = 'all') * 274877906944"
sql "DELETE FROM cm_pack WHERE pack_id >= $all AND pack_id < $all + 1073741824"
finds "one is gone" 1 '^calls from 2026-02-05T23:55:00Z on, 300 s, series [0-9]*: holds 0 with a sum of 0, the facts are '
sql "UPDATE cm_pack SET pack_id = pack_id + 1 WHERE pack_id >= $all AND pack_id < $all + 1073741824"
finds "one is of another time" 2 '^calls from 2026-02-05T23:55:00Z on.*: holds 0 ' '^calls from 2026-02-06T00:00:00Z on.*, the facts are 0 with 0$'
sql "UPDATE cm_pack SET fine = coarse WHERE pack_id = (SELECT max(pack_id) FROM cm_pack)"
finds "one cannot be read" 1 ', series [0-9]*, [a-z]* a.*: cannot be read; the facts are 3$'
sql "DELETE FROM cm_pack"
check_db
is "all are gone: told" "$(grep -c '^and [0-9]* more$' "$work/told")" "$((packs > 20))"
check_db --repair
is "all are gone: repaired" "$code $(sed -n 's/^.*: \([0-9]*\) packs differed and are made anew.*/\1/p' "$work/told")" "0 $packs"
holds "all are gone, repaired"
is "there are as many again" "$(sql "SELECT count(*) FROM cm_pack")" "$packs"

# A pack that holds too little refuses what is taken from it, and names the cure.
sql "UPDATE cm_pack SET pack_id = pack_id + 1 WHERE pack_id >= $all AND pack_id < $all + 1073741824"
post_text events '{"event_type":"call_ended","call_id":"a","tenant_id":"acme","timestamp":"2026-02-06T00:04:00Z"}'
is "it is refused" "$status" 503
like "and says so" "$(json .detail)" '*callmetrics check --repair*'
check_db --repair
post_text events '{"event_type":"call_ended","call_id":"a","tenant_id":"acme","timestamp":"2026-02-06T00:04:00Z"}'
is "it is taken" "$status" 200
holds "after that"

# What is pruned is in the packs alone.
CALLMETRICS_NOW=2026-02-08T12:00:00Z "$build/jobs/prune" --days 1 "$db" >"$work/job.log" 2>&1
is "facts are pruned" "$(sql "SELECT count(*) FROM cm_call WHERE started_us < 1770336000000000")" 0
holds "what is pruned is not called wrong"
is "and is counted" "$(ask hourly 'hours=48' CALLMETRICS_NOW=2026-02-06T12:00:00Z; json '[.timeseries[].total] | add')" 3
sql "UPDATE cm_pack SET fine = coarse WHERE pack_id = (SELECT min(pack_id) FROM cm_pack)"
check_db --repair
is "what cannot be made anew: exit status" "$code" 1
like "what cannot be made anew" "$(cat "$work/told")" '*: cannot be read, and the facts are pruned*; 1 are lost'
finish
