#!/bin/sh
# counters: a call is counted once, as what it is when it has settled; what is told later is owed; and no counter falls.
# suites: normal postgres sanitize
# Longer: COUNTERS_STEPS=5000 COUNTERS_SEED=7 tests/counters.sh; see tests/counters.py --help.
. "${0%/*}/lib.sh"

# at TIME TEXT..: events, one to a line, sent at a time of 2026-03-02.
at() {
	at_time=2026-03-02T$1Z
	shift
	post_text events "$(printf '%s\n' "$@")" CONTENT_TYPE=application/x-ndjson CALLMETRICS_NOW="$at_time"
	[ "$status" = 200 ] || wrong "events" "$(cat "$work/body")"
}

# started ID TIME [DATA]; ended ID TIME DATA
started() { echo "{\"event_type\":\"call_started\",\"call_id\":\"$1\",\"tenant_id\":\"acme\",\"timestamp\":\"2026-03-02T$2Z\",\"data\":{${3:-}}}"; }
ended() { echo "{\"event_type\":\"call_ended\",\"call_id\":\"$1\",\"tenant_id\":\"acme\",\"timestamp\":\"2026-03-02T$2Z\",\"data\":{$3}}"; }

# says WHAT TIME QUERY WANTED: voice_calls_total, completed and failed inbound calls, those of an unknown reason and of user_hangup, and how
# many have a length, of all time.
says() {
	ask prometheus "$3" CALLMETRICS_NOW="2026-03-02T$2Z"
	is "$1, at $2" "$(for name in voice_calls_total 'voice_calls_ended_total{status="completed",type="inbound"}' \
		'voice_calls_ended_total{status="failed",type="inbound"}' 'voice_call_failures_total{reason="unknown"}' \
		'voice_call_failures_total{reason="user_hangup"}' voice_call_duration_seconds_count; do
		awk -v name="$name" 'substr($0, 1, length(name) + 1) == name " " { print substr($0, length(name) + 2) }' "$work/body"
	done | paste -sd ' ' -)" "$4"
}

# A reason and an agent that are told within the minute: as if they had come with the end.
own_db
at 10:00:00 "$(started a 10:00:00)"
says "one that has begun" 10:00:01 '' '1 0 0 0 0 0'
says "by its tenant" 10:00:01 tenant_id=acme '1 0 0 0 0 0'
says "by its labels, which may come yet" 10:00:01 call_type=inbound '0 0 0 0 0 0'
at 10:05:00 "$(ended a 10:05:00 '"status":"failed"')"
says "it has not settled" 10:05:01 '' '1 0 0 0 0 0'
at 10:05:30 "$(ended a 10:05:30 '"status":"failed","failure_reason":"user_hangup","agent":"anna"')"
says "nor has what came then" 10:06:29 '' '1 0 0 0 0 0'
says "now it has, whoever wrote or not" 10:06:30 '' '1 0 1 0 1 0'
says "by its agent" 10:06:30 agent=anna '1 0 1 0 1 0'
is "who asks writes nothing" "$(sql "SELECT count(*) FROM cm_unsettled")" 1
at 10:07:00 "$(started b 10:07:00)"
is "who writes counts it" "$(sql "SELECT count(*) FROM cm_unsettled")" 0
says "so it is" 10:07:00 '' '2 0 1 0 1 0'

# What is told after that is owed, and the next one pays.
at 10:08:00 "$(ended b 10:08:00 '"status":"failed"')"
says "b has settled" 10:09:00 '' '2 0 2 1 1 0'
at 10:09:01 "$(ended b 10:09:01 '"status":"completed","duration_seconds":30,"agent":"bert"')"
says "it is another since" 10:09:01 '' '2 1 2 1 1 1'
says "by its agent" 10:09:01 agent=bert '1 1 0 0 0 1'
at 10:10:00 "$(started c 10:10:00)" "$(ended c 10:10:00 '"status":"failed"')"
says "c pays" 10:11:00 '' '3 1 2 1 1 1'
at 10:12:00 "$(started d 10:12:00)" "$(ended d 10:12:00 '"status":"failed"')"
says "d does not" 10:13:00 '' '4 1 3 2 1 1'

# A change just before a call is due: it was counted already.  Its own change may not pay for it, nor what is due with it.
at 10:20:00 "$(started e 10:20:00)" "$(ended e 10:20:00 '"status":"failed"')" "$(started f 10:20:00)" "$(ended f 10:20:00 '"status":"failed"')"
says "two more" 10:21:00 '' '6 1 5 4 1 1'
at 10:21:00.5 "$(ended e 10:21:00.5 '"status":"completed","duration_seconds":30')"
says "neither falls" 10:21:01 '' '6 2 5 4 1 2'

# History is counted at once, and an active call is not counted when it goes on.
at 10:30:00 "$(started g 09:00:00)" "$(ended g 09:10:00 '"status":"completed"')"
says "history" 10:30:00 '' '7 3 5 4 1 3'
at 10:30:00 "$(started h 10:29:00)" "$(ended h 10:29:30 '"status":"completed"')"
says "that it was told so late does not count" 10:30:59 '' '8 3 5 4 1 3'
says "an end that was told half a minute later" 10:31:00 '' '8 4 5 4 1 4'

# Retention leaves what is not counted yet; the setting is heard.
CALLMETRICS_NOW=2026-03-04T00:00:30Z
export CALLMETRICS_NOW
at 10:31:00 "$(started i 10:31:00)"
post_text events '{"event_type":"call_ended","call_id":"i","tenant_id":"acme","timestamp":"2026-03-04T00:00:00Z","data":{"status":"completed"}}'
passes "prune" "$build/jobs/prune" --days 1 "$db"
is "the one that waits is left" "$(sql "SELECT call_id FROM cm_call")" i
post_text events '{"event_type":"call_started","call_id":"k","tenant_id":"acme","timestamp":"2026-03-04T00:00:00Z"}
{"event_type":"call_ended","call_id":"k","tenant_id":"acme","timestamp":"2026-03-04T00:00:01Z","data":{"status":"completed"}}' \
	CONTENT_TYPE=application/x-ndjson CALLMETRICS_SETTLE_S=0
is "counted at once" "$(sql "SELECT count(*) FROM cm_unsettled")" 1
post_text events '{"event_type":"call_started","call_id":"l","tenant_id":"acme","timestamp":"2026-03-04T00:01:00Z"}' CALLMETRICS_NOW=2026-03-04T00:01:30Z
passes "prune again" "$build/jobs/prune" --days 1 "$db"
is "counted, it goes" "$(sql "SELECT call_id FROM cm_call ORDER BY 1" | paste -sd, -)" k,l
ask prometheus '' CALLMETRICS_NOW=2026-03-04T00:02:00Z
is "all are counted" "$(sed -n 's/^voice_calls_total //p; s/^voice_call_duration_seconds_count //p' "$work/body" | paste -sd, -)" 11,6
unset CALLMETRICS_NOW

# The voice app's rows: deleted before they settle, after that, and renamed.
attached_db app
# app TIME STATEMENT: whatever was written before is taken in by then.
app() {
	CALLMETRICS_NOW=2026-03-02T$1Z
	sql "$2"
}

# row ID START END: one that is taken in as soon as it has ended.
row() {
	app "$3" "INSERT INTO calls (call_id, call_type, started_at, ended_at, duration_seconds, status)
		VALUES ('$1', 'inbound', '2026-03-02T$2', '2026-03-02T$3', 60, 'completed')"
	take_in "$db"
}

row a 09:58:00 09:59:30
row b 09:58:00 09:59:40
says "two rows" 10:00:00 '' '2 0 0 0 0 0'
app 10:00:00 "DELETE FROM calls WHERE call_id = 'a'"
says "one is deleted before it settles" 10:00:10 '' '2 0 0 0 0 0'
says "it is not counted" 10:02:00 '' '2 1 0 0 0 1'
row c 10:02:00 10:03:00
says "the next one pays for its having been told of" 10:03:00 '' '2 1 0 0 0 1'
says "and is counted" 10:05:00 '' '2 2 0 0 0 2'
app 10:05:00 "DELETE FROM calls WHERE call_id = 'b'"
says "one is deleted after that" 10:05:00 '' '2 2 0 0 0 2'
row d 10:05:00 10:06:00
says "it stays counted" 10:08:00 '' '3 3 0 0 0 3'
app 10:08:00 "UPDATE calls SET call_id = 'new ' || call_id"
says "all are renamed" 10:09:00 '' '3 3 0 0 0 3'
app 10:09:00 "INSERT INTO calls (call_id, call_type, started_at, status) VALUES ('e', 'inbound', '2026-03-02T10:09:00', 'active')"
says "one begins" 10:09:00 '' '4 3 0 0 0 3'
app 10:09:00 "UPDATE calls SET call_id = 'f' WHERE call_id = 'e'"
says "and is renamed" 10:09:01 '' '4 3 0 0 0 3'
row g 10:10:00 10:11:00
says "the next one is counted" 10:13:00 '' '5 4 0 0 0 4'

if [ "$engine" = postgres ]; then
	postgres_server
	set -- --server "$(postgres_url "$postgres_folder" postgres)"
fi
checks=$((checks + 1))
"$python" "$top/tests/counters.py" --build "$build" --seed "${COUNTERS_SEED:-1}" --steps "${COUNTERS_STEPS:-100}" "$@" >"$work/out" 2>&1 ||
	wrong "the model and counters differ" "$(cut -c 1-600 "$work/out" | tail -n 20)"
finish
