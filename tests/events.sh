#!/bin/sh
# events: each counts once, whatever its order, and one that makes no sense costs none of its neighbours.
# suites: normal postgres sanitize valgrind
. "${0%/*}/lib.sh"

NOW=2026-03-02T11:00:00Z
call=3f2b8c1e-6a4d-4f0e-9b7a-1d2e3c4b5a69

# told: the last answer in short: accepted, duplicates, unknown, rejected.
told() {
	json '[.accepted, .duplicates, .unknown, (.rejected | length)] | map(tostring) | join(" ")'
}

# facts: what the database holds, without the numbers that it gave.
facts() {
	sql "SELECT call_id, call_type, caller_number, started_us, ended_us, duration_us, status, failure_reason, has_transcript FROM cm_call
		WHERE status IS NOT NULL ORDER BY 1;
		SELECT c.call_id, turn_id, component, l.provider, model, at_us, l.duration_us, s.tenant_id, s.agent, s.call_type FROM cm_latency l
		JOIN cm_series s ON s.series_id = l.series_id JOIN cm_call c USING (call_no) ORDER BY 1, 2, 3, at_us;
		SELECT call_id, turn_id, provider, model, service, usage_micro, usage_unit, cost_nusd FROM cm_cost JOIN cm_call USING (call_no) ORDER BY 1, 2, 5, 7;
		SELECT component, component_id, status, state, at_us FROM cm_health ORDER BY 1, 2;
		SELECT call_id, at_us, speaker, content FROM cm_transcript JOIN cm_call USING (call_no) ORDER BY 1, 2"
}

# One call with one event of each kind: the figures were worked out by hand.
own_db
post events "$top/tests/events/example.ndjson"
is "status" "$status" 200
is "the example is taken" "$(told)" "16 0 0 0"
is "turns, once" "$(sql "SELECT duration_us FROM cm_latency WHERE component = 'turn_e2e' ORDER BY 1" | paste -s -d ' ' -)" \
	"740000 910000"
is "the other steps, once" "$(sql "SELECT component, duration_us FROM cm_latency WHERE component <> 'turn_e2e' ORDER BY component" | paste -s -d ' ' -)" \
	"llm_ttft|340000 network|38000 stt|180000 tts_ttfb|130000"
is "what it cost, in billionths of a dollar" "$(sql "SELECT service, sum(cost_nusd) FROM cm_cost GROUP BY 1 ORDER BY 1" | tr '\n' ' ')" \
	"llm|2490000 stt|258000 tts|2140000 "
is "in all" "$(sql 'SELECT sum(cost_nusd), CAST(sum(cost_nusd) * 60 / 64 AS INTEGER) FROM cm_cost')" "4888000|4582500"
is "health, once each" "$(sql "SELECT component || ' ' || status FROM cm_health ORDER BY 1" | tr '\n' ' ')" \
	"call_quality healthy circuit_breaker unhealthy provider degraded worker unhealthy "
is "the call" "$(sql 'SELECT call_id, call_type, status, duration_us, failure_reason FROM cm_call')" \
	"$call|inbound|completed|64000000|"
obeys_law "the example"
ask latency
is "the question sees it" "$(json '.speech_end_to_first_audio_ms | [.count, .p50, .p95, .avg]')" '[2,740,910,825]'
facts >"$work/facts"

# Again, in pieces, and backwards.
post events "$top/tests/events/example.ndjson"
is "sent again" "$(told)" "0 16 0 0"
facts >"$work/again"
passes "nothing is counted twice" cmp "$work/facts" "$work/again"
for order in backwards mixed; do
	own_db
	sql "DELETE FROM cm_call; DELETE FROM cm_latency; DELETE FROM cm_cost; DELETE FROM cm_health; DELETE FROM cm_event;
		DELETE FROM cm_call_event; DELETE FROM cm_mark;
		DELETE FROM cm_turn"
	case $order in
	backwards) tac "$top/tests/events/example.ndjson" ;;
	mixed) awk '{ print NR * 7 % 17, $0 }' "$top/tests/events/example.ndjson" | sort -n | cut -d ' ' -f 2- ;;
	esac >"$work/ordered"
	split -l 3 "$work/ordered" "$work/part."
	for part in "$work"/part.*; do
		post events "$part"
		is "$order: taken" "$(json '[.duplicates, .unknown, (.rejected | length)]')" '[0,0,0]'
		rm "$part"
	done
	facts >"$work/again"
	passes "$order: the same facts" diff "$work/facts" "$work/again"
	obeys_law "$order"
done

# Forms of a body.
own_db
event='{"event_id":"%s","event_type":"call_started","call_id":"%s","timestamp":"2026-03-02T10:00:00Z","data":{"direction":"outbound"}}'
# shellcheck disable=SC2059 # made here
one=$(printf "$event" e1 c1) two=$(printf "$event" e2 c2)
post_text events "$one"
is "one event" "$(told)" "1 0 0 0"
post_text events " [ $one ,
	$two ] "
is "an array" "$(told)" "1 1 0 0"
post_text events '[]'
is "an empty array" "$(told)" "0 0 0 0"
printf '%s\n\n%s\n{"broken\n[1]\n' "$one" "$two" >"$work/lines"
post events "$work/lines"
is "lines, some broken" "$(told)" "0 2 0 2"
is "which" "$(json '[.rejected[].index]')" '[2,3]'
printf '%s\n' "$two" | sed 's/e2/e3/; s/c2/c3/' | gzip >"$work/packed"
post events "$work/packed" HTTP_CONTENT_ENCODING=gzip
is "packed" "$(told)" "1 0 0 0"
# shellcheck disable=SC2059
post_text events "[$(printf "$event" e4 c4),{\"event_type\":\"x\",},$(printf "$event" e5 c5)]"
is "one of three is broken" "$(told)" "2 0 0 1"

# A byte order mark before the text, of one event, an array, lines.
marked=
# shellcheck disable=SC2059
for text in "$(printf "$event" b1 c6)" "[$(printf "$event" b2 c6)]" "$(printf "$event\n$event" b3 c6 b4 c6)"; do
	printf '\357\273\277%s' "$text" >"$work/marked"
	form=application/json
	[ "$text" = "${text%b4*}" ] || form=application/x-ndjson
	post events "$work/marked" "CONTENT_TYPE=$form"
	marked="$marked$(told), "
done
is "a byte order mark costs no event" "$marked" "1 0 0 0, 1 0 0 0, 2 0 0 0, "

# Bodies that are nothing.
for body in '' '{' '[1,2]x' '"text"' nul; do
	post_text events "$body"
	is_problem 400 ''
done
post_text events "$one" CONTENT_TYPE=text/plain
is_problem 415 '' '*application/json*'
post_text events "$one" HTTP_CONTENT_ENCODING=br
is_problem 415 '' '*gzip*'
post_text events "$one" HTTP_CONTENT_ENCODING=gzip
is_problem 400 '' '*gzip*'
post_text events "$one" CONTENT_LENGTH=9000000
is_problem 413 '' '*8 MiB*'
post_text events "$one" CONTENT_LENGTH=5000
is_problem 400 '' '*Content-Length*'
post_text events "$one" CONTENT_LENGTH=
is_problem 400 '' '*Content-Length*'
post_text events "$one" QUERY_STRING=tenant_id=x
is_problem 400 tenant_id
ask events
is "GET" "$status $(header Allow)" "405 POST, OPTIONS"
ask events '' REQUEST_METHOD=OPTIONS
is "OPTIONS" "$status $(header Allow)" "204 POST, OPTIONS"
awk 'BEGIN { for (i = 0; i <= 10000; i++) print "{}" }' >"$work/many"
post events "$work/many"
is_problem 413 '' '*10000*'

# why EVENT: why it is rejected.
why() {
	post_text events "[$1,{}]"
	json '.rejected[0].detail'
}
base='"event_id":"why","event_type":"stt_transcript_final","call_id":"w","timestamp":"2026-03-02T10:00:00Z"'
like "no type" "$(why '{"event_id":"x","timestamp":1}')" 'event_type is missing.'
like "no time" "$(why '{"event_type":"x"}')" 'timestamp is missing.'
like "a time that is none" "$(why '{"event_type":"x","timestamp":"yesterday"}')" 'timestamp is neither*'
like "a time to come" "$(why '{"event_type":"x","timestamp":"2026-03-04T10:00:00Z"}')" 'timestamp lies*ahead.'
like "no call" "$(why '{"event_type":"call_ended","timestamp":"2026-03-02T10:00:00Z"}')" 'call_id is missing*'
like "no turn" "$(why '{"event_type":"user_speech_ended","call_id":"w","timestamp":"2026-03-02T10:00:00Z"}')" 'turn_id is missing.'
like "a number as text" "$(why "{$base,\"data\":{\"latency_ms\":\"12\"}}")" 'latency_ms is not a number*'
like "a negative number" "$(why "{$base,\"data\":{\"latency_ms\":-1}}")" 'latency_ms is not a number*'
like "an infinite number" "$(why "{$base,\"data\":{\"latency_ms\":1e999}}")" '*not*'
like "neither time nor use" "$(why "{$base,\"data\":{}}")" 'latency_ms is missing.'
like "data that is none" "$(why "{$base,\"data\":[]}")" 'data is not an object.'
like "an id that is too long" "$(why "{$base,\"turn_id\":\"$(printf '%0129d' 0)\",\"data\":{\"latency_ms\":1}}")" 'turn_id is too long.'
like "an id with a line end" "$(why "{$base,\"turn_id\":\"a\\nb\",\"data\":{\"latency_ms\":1}}")" 'turn_id has control characters.'
like "an unknown component" "$(why '{"event_type":"probe","call_id":"w","timestamp":"2026-03-02T10:00:00Z","data":{"component":"moon","latency_ms":1}}')" \
	'component is none of*'
like "an unknown direction" "$(why '{"event_type":"call_started","call_id":"w","timestamp":"2026-03-02T10:00:00Z","data":{"direction":"up"}}')" \
	'call_type is neither*'
like "an unknown end" "$(why '{"event_type":"call_ended","call_id":"w","timestamp":"2026-03-02T10:00:00Z","data":{"status":"active"}}')" 'status is not*'
like "a breaker without a state" "$(why '{"event_type":"circuit_breaker_state_changed","timestamp":"2026-03-02T10:00:00Z","data":{"provider":"p","status":"open"}}')" \
	'state is none of*'
is "nothing of them stayed" "$(sql "SELECT count(*) FROM cm_call WHERE call_id = 'w'")$(sql 'SELECT count(*) FROM cm_latency')" 00

post_text events '{"event_type":"call_started","call_id":"up","timestamp":"2026-03-02T10:00:00Z","data":{"direction":"INBOUND"}}'
is "a direction in any case" "$(told) $(sql "SELECT call_type FROM cm_call WHERE call_id = 'up'")" "1 0 0 0 inbound"

# What is told is bounded: how early, how late, how long.
like "a time long past" "$(why '{"event_type":"x","timestamp":"2009-12-31T23:59:59Z"}')" 'timestamp lies before 2010-01-01T00:00:00Z.'
like "the epoch" "$(why '{"event_type":"user_speech_ended","call_id":"w","turn_id":"1","timestamp":0}')" 'timestamp lies before *'
step='{"event_type":"probe","call_id":"w","timestamp":"2026-03-02T10:00:00Z","data":{"component":"%s","latency_ms":%s}}'
# shellcheck disable=SC2059
like "a step that takes longer than an hour" "$(why "$(printf "$step" tool 3600001)")" 'latency_ms is longer than 3600 seconds.'
# shellcheck disable=SC2059
like "a session longer than a week" "$(why "$(printf "$step" session 604800001)")" 'latency_ms is longer than 604800 seconds.'
like "a call longer than a week" "$(why '{"event_type":"call_ended","call_id":"w","timestamp":"2026-03-02T10:00:00Z","data":{"duration_seconds":604801}}')" \
	'duration_seconds is longer than 604800 seconds.'
# shellcheck disable=SC2059
post_text events "[$(printf "$step" tool 3600000),$(printf "$step" session 604800000)]"
is "up to that they are taken" "$(told)" "2 0 0 0"
post_text latency '{"call_id":"w","event_type":"tool","duration_ms":3600000.001}'
is_problem 400 duration_ms '*longer than 3600 seconds*'
post_text events '{"event_type":"probe","call_id":"w","timestamp":"2009-03-02T10:00:00Z","data":{"latency_ms":3600001}}' \
	CALLMETRICS_OLDEST=2009-01-01T00:00:00Z CALLMETRICS_STEP_SECONDS_MOST=3601
is "an operator may set other bounds" "$(told)" "1 0 0 0"
# A length that follows from two instants is not known where no call can be as long; and a turn so long is none, in any order.
for order in 'cat' 'tac'; do
	printf '{"event_type":"%s","call_id":"%s","timestamp":"%s"%s}\n' \
		call_started "long $order" 2026-02-20T10:00:00Z '' call_ended "long $order" 2026-03-02T10:00:00Z '' \
		call_started "far $order" 2026-02-23T10:00:00Z '' call_ended "far $order" 2026-03-02T10:00:00Z '' \
		user_speech_ended "turn $order" 2026-03-02T01:00:00Z ',"turn_id":"a"' \
		agent_speech_started "turn $order" 2026-03-02T03:00:00Z ',"turn_id":"a"' \
		user_speech_ended "turn $order" 2026-03-02T04:00:00Z ',"turn_id":"a"' \
		agent_speech_started "turn $order" 2026-03-02T04:00:01Z ',"turn_id":"a"' \
		user_speech_ended "turn $order" 2026-03-02T01:00:00Z ',"turn_id":"b"' \
		agent_speech_started "turn $order" 2026-03-02T02:00:00.001Z ',"turn_id":"b"' | $order >"$work/lengths"
	post events "$work/lengths"
	is "$order: lengths" "$(told) $(sql "SELECT call_id, status, duration_us FROM cm_call WHERE call_id IN ('long $order', 'far $order') ORDER BY 1" | paste -s -d ' ' -)" \
		"10 0 0 0 far $order|completed|604800000000 long $order|completed|"
	is "$order: turns" "$(sql "SELECT turn_id, cm_latency.duration_us FROM cm_latency JOIN cm_call USING (call_no) WHERE call_id = 'turn $order'")" 'a|1000000'
done
obeys_law "what is bounded"
own_db

# Zero is a value.
post_text events "{$base,\"data\":{\"latency_ms\":0,\"duration_seconds\":0}}"
is "zero is taken" "$(told) $(sql 'SELECT duration_us FROM cm_latency') $(sql 'SELECT usage_micro FROM cm_cost')" "1 0 0 0 0 0"

base=$(printf %s "$base" | sed s/why/null/)
post_text events "{$base,\"data\":{\"latency_ms\":null}}"
is "null is none, and no fault" "$(told) $(sql 'SELECT count(*) FROM cm_latency')" "1 0 1 0 1"
base=$(printf %s "$base" | sed s/null/none/)
post_text events "{$base,\"data\":{\"duration_seconds\":null}}"
is "but that a figure is missing is" "$(told)" "0 0 0 1"
sql "DELETE FROM cm_event_kept"

# Turns: by call and turn, and never backwards.
turn() {
	printf '{"event_type":"%s","call_id":"%s","timestamp":"2026-03-02T10:00:%sZ","data":{"turn_id":"%s"}}\n' "$2" "$1" "$3" "$4"
}
e2e() {
	sql "SELECT l.duration_us / 1000 FROM cm_latency l JOIN cm_call USING (call_no) WHERE component = 'turn_e2e' AND call_id = '$1' ORDER BY turn_id" | paste -s -d ' ' -
}
{
	turn t1 user_speech_ended 01.000 a
	turn t2 user_speech_ended 02.000 a
	turn t2 agent_speech_started 02.700 a
	turn t1 agent_speech_started 01.500 a
	turn t1 tts_playback_started 01.650 a
} >"$work/turns"
post events "$work/turns"
is "a turn id of two calls" "$(told) $(e2e t1) $(e2e t2)" "5 0 0 0 500 700"
{
	turn t3 user_speech_ended 01.000 a
	turn t3 end_of_turn_detected 01.400 a
	turn t3 user_speech_ended 02.000 a
	turn t3 agent_speech_started 02.800 a
	turn t3 end_of_turn_detected 05.000 b
	turn t3 agent_speech_started 06.000 b
} >"$work/turns"
post events "$work/turns"
is "the user stops twice; the end of a turn counts where nothing else is known" "$(e2e t3)" "800 1000"
{
	turn t4 user_speech_ended 09.000 a
	turn t4 agent_speech_started 08.000 a
	turn t4 user_speech_ended 07.000 a
	turn t4 agent_speech_started 09.250 a
} >"$work/turns"
post events "$work/turns"
is "the agent starts after the user stopped, whatever came first" "$(told) $(e2e t4)" "4 0 0 0 1000"
turn t6 agent_speech_started 08.000 a >"$work/turns"
turn t6 user_speech_ended 09.000 a >>"$work/turns"
post events "$work/turns"
is "an agent before the user is no turn" "$(told) $(e2e t6)" "2 0 0 0 "
turn t6 agent_speech_started 09.500 a >"$work/turns"
post events "$work/turns"
is "until it answers" "$(e2e t6)" 500
post_text events '{"event_type":"turn_latency","call_id":"t4","timestamp":"2026-03-02T10:00:10Z","data":{"turn_id":"a","latency_ms":333}}'
is "a measured turn takes the place of a derived one" "$(told) $(e2e t4)" "1 0 0 0 333"
turn t4 agent_speech_started 09.100 a >"$work/turns"
post events "$work/turns"
is "and keeps it" "$(e2e t4)" 333

# A call's end before its beginning, twice, and at odds with it.
ended() {
	printf '{"event_id":"%s","event_type":"call_ended","call_id":"%s","timestamp":"2026-03-02T10:%sZ","data":{%s}}' "$1" "$2" "$3" "$4"
}
started() {
	printf '{"event_id":"%s","event_type":"call_started","call_id":"%s","timestamp":"2026-03-02T10:%sZ","data":{%s}}' "$1" "$2" "$3" "$4"
}
of_call() {
	sql "SELECT status, failure_reason, started_us % 3600000000 / 1000000, duration_us / 100000, call_type FROM cm_call WHERE call_id = '$1'"
}
post_text events "$(ended k1 k 05:00.000 '"duration_seconds":10')"
is "an end alone" "$(of_call k)" "completed||290|100|inbound"
post_text events "$(started k2 k 04:30.000 '"direction":"outbound"')"
is "its beginning" "$(of_call k)" "completed||270|100|outbound"
post_text events "[$(ended m1 m 05:00.000 ''),$(started m2 m 04:30.000 '')]"
is "a length from both" "$(of_call m)" "completed||270|300|inbound"
post_text events "[$(ended m3 m 05:10.000 '"failure_reason":"llm_timeout"'),$(ended m4 m 05:05.000 '"status":"cancelled"')]"
is "the later of several ends counts" "$(of_call m)" "failed|timeout|270|400|inbound"

# Two clocks: an end before every beginning is an end, in either order.
two="$(started p1 p 00:05.000 '')" one="$(ended p2 p 00:03.000 '"duration_seconds":2.5')"
post_text events "$two"
post_text events "$one"
is "an end before its beginning" "$(of_call p)" "completed||5|25|inbound"
post_text events "$(echo "$one" | sed 's/"p/"q/g')"
post_text events "$(echo "$two" | sed 's/"p/"q/g')"
is "a beginning after the end" "$(of_call q)" "completed||5|25|inbound"
is "the very same" "$(sql "SELECT count(*) FROM (SELECT DISTINCT started_us, ended_us, duration_us FROM cm_call WHERE call_id IN ('p', 'q')) x")" 1
post_text events "[$(started p3 p 00:01.000 '')]"
is "an earlier beginning is right again" "$(of_call p)" "completed||1|25|inbound"

# Two ends at one instant; what is told twice, otherwise: the later word, and at one instant the higher.
for order in 'r1 r2' 's2 s1'; do
	for id in $order; do
		case $id in
		?1) post_text events "$(ended "$id" "${id%?}" 05:00.000 '"status":"completed","agent":"desk","metadata":{"a":1}')" ;;
		?2) post_text events "$(ended "$id" "${id%?}" 05:00.000 '"failure_reason":"llm_timeout","agent":"door","metadata":{"a":2}')" ;;
		esac
	done
	is "two ends at one instant: $order" "$(of_call "${id%?}") $(sql "SELECT agent, c.metadata FROM cm_call c JOIN cm_series USING (series_id)
		WHERE call_id = '${id%?}'")" 'failed|timeout|300|0|inbound door|{"a":2}'
done
for order in 'v1 v2 v3' 'w3 w2 w1'; do
	for id in $order; do
		case $id in
		?1) post_text events "$(started "$id" "${id%?}" 01:00.000 '"direction":"inbound","agent":"desk","metadata":{"a":9}')" ;;
		?2) post_text events "$(started "$id" "${id%?}" 01:01.000 '"direction":"outbound","agent":"door","from":"+1","metadata":{"a":3}')" ;;
		?3) post_text events "$(ended "$id" "${id%?}" 02:00.000 '"duration_seconds":60')" ;;
		esac
	done
	is "the later word: $order" "$(of_call "${id%?}") $(sql "SELECT agent, caller_number, c.metadata FROM cm_call c JOIN cm_series
		USING (series_id) WHERE call_id = '${id%?}'")" 'completed||60|600|outbound door|+1|{"a":3}'
done
post_text events "$(started v4 v 00:30.000 '')"
is "a length that is given stays, though it is that from both ends" "$(of_call v)" "completed||30|600|outbound"

# An event is known by its id among those of its call: whatever it says the second time, of no other call, and of nobody else's.
again=$(sql "SELECT started_us FROM cm_call WHERE call_id = 'p'")
post_text events "[$(started p1 p 00:00.000 '')]"
is "the same id at another time" "$(told) $(sql "SELECT started_us FROM cm_call WHERE call_id = 'p'")" "0 1 0 0 $again"
post_text events "[$(started p1 pp 00:05.000 ''),$(started p1 pp 00:04.000 '')]"
is "the same id of another call" "$(told)" "1 1 0 0"
post_text events "$(started p1 p 00:05.000 '')" CALLMETRICS_TENANT=good
is "and of another tenant's" "$(told)" "1 0 0 0"
post_text events "[$(ended p9 pp 06:00.000 '"status":"odd"')]"
post_text events "[$(ended p9 pp 06:00.000 '')]"
is "what was refused may come again" "$(told)" "1 0 0 0"
reading='{"event_id":"h1","event_type":"worker_health","trace_id":"trace%s","timestamp":"2026-03-02T10:00:00Z","data":{"worker_id":"w","status":"healthy"}}'
# shellcheck disable=SC2059
post_text events "[$(printf "$reading" 1),$(printf "$reading" 2)]"
is "a reading is of no call" "$(told) $(sql "SELECT count(*) FROM cm_call WHERE call_id IN ('trace1', 'trace2')")" "1 1 0 0 0"

# So is one of very many of a call.
awk 'BEGIN { for (i = 0; i < 3000; i++) printf "{\"event_id\":\"b%d\",\"event_type\":\"probe\",\"call_id\":\"big\",\"timestamp\":\"2026-03-02T10:00:00Z\",\"data\":{\"component\":\"tool\",\"latency_ms\":%d}}\n", i, i }' >"$work/big"
split -l 700 "$work/big" "$work/big."
for part in "$work"/big.*; do
	post events "$part"
done
awk '{ print NR * 7919 % 3001, $0 }' "$work/big" | sort -n | cut -d ' ' -f 2- >"$work/big.mixed"
post events "$work/big.mixed"
is "3000 of one call, again and mixed" "$(told) $(sql "SELECT count(*) FROM cm_latency JOIN cm_call USING (call_no) WHERE call_id = 'big'")" \
	"0 3000 0 0 3000"
leaves="FROM cm_call_event JOIN cm_call USING (call_no) WHERE call_id = 'big'"
is "are as many" "$(sql "SELECT sum(length(keys)) / 8, max(length(keys)) <= 1024, count(*) > 23 $leaves")" "$(chosen '3000|1|1' '3000|t|t')"
is "each leaf goes up to the next" "$(sql "SELECT count(*) $leaves AND until <> coalesce((SELECT min(n.least) FROM cm_call_event n
	WHERE n.call_no = cm_call_event.call_no AND n.least > cm_call_event.least), 0)")" 0

# Events that were taken by version 3 are known by their ids alone.
sql "DELETE FROM cm_call_event; $(python3 -c '
import hashlib
for event in "m1", "m2":
	key = hashlib.sha256(b"\0" + event.encode() + b"\0").digest()
	print("INSERT INTO cm_event VALUES (%d, %d, 0);" % tuple(int.from_bytes(key[i:i + 8], "little", signed=True) for i in (0, 8)))')"
post_text events "[$(started m2 m 04:30.000 ''),$(started m6 m 04:30.000 '')]"
is "what a former version took" "$(told)" "1 1 0 0"
post_text events "[$(ended m1 m 05:00.000 ''),$(started m6 m 04:30.000 ''),$(started m7 m 04:30.000 '')]"
is "and again, beside what came since" "$(told)" "1 2 0 0"

# Unknown types are kept.
post_text events '{"event_type":"objective_captured","event_id":"u1","call_id":"k","timestamp":"2026-03-02T10:00:00Z","data":{"value":7}}'
is "kept" "$(told) $(sql "SELECT event_type, event_id FROM cm_event_kept") $(sql "SELECT body FROM cm_event_kept" | jq .data.value)" \
	"1 0 1 0 objective_captured|u1 7"

# Lines make a transcript.
post_text events '{"event_type":"user_spoke","call_id":"k","timestamp":"2026-03-02T10:04:40Z","data":{"text":"Grüß Gott"}}'
is "a spoken line" "$(sql "SELECT speaker, content FROM cm_transcript JOIN cm_call USING (call_no) WHERE call_id = 'k'") $(sql "SELECT has_transcript FROM cm_call WHERE call_id = 'k'")" \
	"user|Grüß Gott 1"

# Tenants are apart: a key's tenant is stamped, and calls of two tenants that have one id are two calls.
post_text events "$(started z1 z 01:00.000 '"direction":"inbound","tenant_id":"evil"')" CALLMETRICS_TENANT=good
is "the key's tenant is stamped" "$(sql "SELECT tenant_id FROM cm_call WHERE call_id = 'z'")" good
step='{"event_type":"stt_transcript_final","call_id":"z","timestamp":"2026-03-02T10:00:00Z","data":{"latency_ms":1,"provider":"p"}}'
post_text events "[$(ended z2 z 02:00.000 ''),$step]" CALLMETRICS_TENANT=evil
is "another's call of that id" "$(told) $(sql "SELECT tenant_id, status FROM cm_call WHERE call_id = 'z' ORDER BY 1")" "2 0 0 0 evil|completed
good|active"
post_text events "$(ended k9 k 06:00.000 '')" CALLMETRICS_TENANT=evil
is "nobody's call is not anybody's" "$(told) $(sql "SELECT tenant_id, ended_us % 3600000000 / 1000000 FROM cm_call WHERE call_id = 'k' ORDER BY 1")" "1 0 0 0 |300
evil|360"
post_text events "$(started z1 y 01:00.000 '')" CALLMETRICS_TENANT=evil
is "the same event id of another tenant is another event" "$(told)" "1 0 0 0"
post_text events "$(started z9 z 01:30.000 '"tenant_id":"good"')"
is "whoever may speak for all names the tenant" "$(told) $(sql "SELECT count(*) FROM cm_call WHERE call_id = 'z'")" "1 0 0 0 2"
post_text events "$(started z8 z 01:30.000 '')"
is "and speaks for nobody without" "$(told) $(sql "SELECT count(*) FROM cm_call WHERE call_id = 'z'")" "1 0 0 0 3"

# What is said of a call before anybody told of it waits, counts for nothing but itself, and is nobody else's.
post_text events '{"event_type":"llm_completion","event_id":"w1","call_id":"wait","timestamp":"2026-03-02T10:00:00Z","data":{"prompt_tokens":5,"provider":"openai","model":"gpt-4o"}}' CALLMETRICS_TENANT=good
post_text events "[$(turn wait user_speech_ended 01.000 a),{\"event_type\":\"odd\",\"event_id\":\"w2\",\"call_id\":\"wait\",\"timestamp\":\"2026-03-02T10:00:00Z\"}]" CALLMETRICS_TENANT=good
before=$(sql 'SELECT count(*) FROM cm_call WHERE status IS NOT NULL')
post_text events "[$(started w3 wait 00:00.000 '"agent":"desk"'),$(turn wait agent_speech_started 00.500 a)]" CALLMETRICS_TENANT=evil
of_tenant="SELECT s.tenant_id, s.agent FROM cm_call c JOIN %s f USING (call_no) JOIN cm_series s ON s.series_id = f.series_id WHERE call_id = 'wait'"
# shellcheck disable=SC2059 # made here
is "is nobody else's" "$(sql 'SELECT count(*) FROM cm_call WHERE status IS NOT NULL')$(e2e wait)
$(sql "$(printf "$of_tenant" cm_cost); $(printf "$of_tenant" cm_event_kept)")" "$((before + 1))
good|
good|"
post_text events "$(started w4 wait 00:00.000 '"agent":"door"')" CALLMETRICS_TENANT=good
# shellcheck disable=SC2059
is "takes its call's labels" "$(sql "$(printf "$of_tenant" cm_cost); $(printf "$of_tenant" cm_event_kept)")" "good|door
good|door"

# Steps before their call take its labels when it comes.
post_text events '{"event_type":"probe","event_id":"o1","call_id":"o","tenant_id":"acme","timestamp":"2026-03-02T10:00:00Z","data":{"component":"tool","latency_ms":5}}'
series="SELECT s.tenant_id, s.agent FROM cm_latency l JOIN cm_series s USING (series_id) JOIN cm_call USING (call_no) WHERE call_id = 'o'"
is "an orphan is its tenant's" "$(sql "$series")" "acme|"
post_text events "$(started o2 o 00:00.000 '"agent":"desk","tenant_id":"acme"')"
is "and then its call's" "$(sql "$series")" "acme|desk"
obeys_law "all of it"

# Rollups of which this program does not know when to add to them are not left behind in silence.
sql "INSERT INTO cm_marginal SELECT series_id, 'region', series_id FROM cm_series WHERE scope = 'full'"
awk 'BEGIN { for (i = 0; i < 120; i++) printf "{\"event_id\":\"r%d\",\"event_type\":\"probe\",\"call_id\":\"o\",\"tenant_id\":\"acme\",\"timestamp\":\"2026-03-02T10:00:00Z\",\"data\":{\"component\":\"tool\",\"latency_ms\":%d}}\n", i, i }' >"$work/region"
post events "$work/region"
like "unknown rollups" "$status $(json .detail)" "503 *rollups that this program does not know*"
sql "DELETE FROM cm_marginal WHERE scope = 'region'"
post events "$work/region"
is "and without them" "$(told)" "120 0 0 0"
obeys_law "then, too"

# What is older than what is kept is refused.
"$build/jobs/prune" --days 1 "$db" >/dev/null 2>&1
post_text events "$(started old old 00:00.000 '' | sed 's/03-02T/02-20T/')"
is "before the horizon" "$(json '.rejected[0].detail')" "The event is older than what is kept."
finish
