#!/bin/sh
# events-faults: when the n-th allocation, write or sync fails, what was sent is answered 200 and stored, or refused with nothing of it
# half stored; sent again it counts once.
# suites: normal
. "${0%/*}/lib.sh"

NOW=2026-03-02T11:00:00Z
cc=${CC:-cc}
for shim in starve unwritten; do
	passes "$shim builds" "$cc" -shared -fPIC -O2 -o "$work/$shim.so" "$top/tests/$shim.c" -ldl
done

# One event of each kind, and steps enough for several packs.
{
	cat "$top/tests/events/example.ndjson"
	awk 'BEGIN { for (i = 0; i < 120; i++) printf "{\"event_id\":\"p%d\",\"event_type\":\"probe\",\"call_id\":\"c%d\",\"timestamp\":\"2026-03-02T10:00:%02dZ\",\"data\":{\"latency_ms\":%d,\"component\":\"tool\",\"turn_id\":\"t%d\"}}\n", i, i % 7, i % 60, i * 7, i }'
} >"$work/sent"
sent=$(wc -l <"$work/sent")

own_db
mv "$db" "$work/empty.db"
fresh() {
	rm -f "$db" "$db-wal" "$db-shm" "$db-journal"
	cp "$work/empty.db" "$db"
}

# facts: all that is stored, but for numbers that depend on the order.
facts() {
	sql "SELECT call_id, call_type, started_us, ended_us, duration_us, status, has_transcript FROM cm_call WHERE status IS NOT NULL ORDER BY 1;
		SELECT call_id, turn_id, component, at_us, l.duration_us FROM cm_latency l JOIN cm_call USING (call_no) ORDER BY 1, 2, 3, 4;
		SELECT call_id, turn_id, service, usage_micro, usage_unit, cost_nusd FROM cm_cost JOIN cm_call USING (call_no) ORDER BY 1, 2, 3, 5;
		SELECT component, component_id, status, state, at_us FROM cm_health ORDER BY 1, 2;
		SELECT call_id, at_us, speaker, content FROM cm_transcript JOIN cm_call USING (call_no) ORDER BY 1, 2;
		SELECT key_1, key_2 FROM cm_event ORDER BY 1, 2; SELECT call_id, hex(keys) FROM cm_call_event JOIN cm_call USING (call_no) ORDER BY 1;
		SELECT count(*) FROM cm_event_kept;
		SELECT call_id, turn_id, mark, at_us FROM cm_mark JOIN cm_call USING (call_no) ORDER BY 1, 2, 3;
		SELECT call_id, turn_id, measured FROM cm_turn JOIN cm_call USING (call_no) ORDER BY 1, 2;
		PRAGMA integrity_check"
}

fresh
facts >"$work/none"
post events "$work/sent"
is "without a fault" "$status $(json '[.accepted, .duplicates, (.rejected | length)]')" "200 [$sent,0,0]"
cp "$work/body" "$work/right"
facts >"$work/all"
refuses "something was stored" cmp "$work/none" "$work/all"

# counted KIND: the answers seen so far.
answered=0 refused=0 broken=0
# with_fault WHAT NAME=VALUE...: posts with something that fails.
with_fault() {
	fault=$1
	shift
	fresh
	rc=0
	env REQUEST_METHOD=POST CONTENT_TYPE=application/x-ndjson CONTENT_LENGTH="$(wc -c <"$work/sent")" "$@" \
		"$build/cgi-bin/events" <"$work/sent" >"$work/raw" 2>"$work/log" || rc=$?
	split_answer
	facts >"$work/stored"
	checks=$((checks + 1))
	if [ "$rc" -ge 128 ] && [ "$rc" -le 192 ]; then
		wrong "$fault: ended with status $rc" "$(cat "$work/log")"
	elif [ "$rc" -eq 0 ] && [ "$status" = 200 ]; then
		answered=$((answered + 1))
		cmp -s "$work/body" "$work/right" || wrong "$fault: a wrong answer" "$(cat "$work/body")"
		cmp -s "$work/stored" "$work/all" || wrong "$fault: answered 200, and not all is stored" "$(diff "$work/all" "$work/stored")"
	else
		cmp -s "$work/stored" "$work/none" || cmp -s "$work/stored" "$work/all" ||
			wrong "$fault: refused, and something is stored" "$(diff "$work/none" "$work/stored")"
		if [ "$rc" -ne 0 ]; then
			broken=$((broken + 1))
		else
			refused=$((refused + 1))
			[ "$status $(json .status) $(header Retry-After)" = '503 503 2' ] || wrong "$fault: status '$status'" "$(cat "$work/raw")"
		fi
	fi
	post events "$work/sent"
	is "$fault: sent again" "$status $(json '[.accepted + .duplicates, (.rejected | length)]')" "200 [$sent,0]"
	facts >"$work/stored"
	passes "$fault: sent again, all is stored once" cmp "$work/stored" "$work/all"
}

# try_all WHAT NAME: with the fault at 0, 1, 2 .. and then ever rarer, until there is none any more.  NAME=VALUE...: what else is set.
try_all() {
	what=$1
	name=$2
	shift 2
	answered=0 refused=0 broken=0
	n=0
	while [ "$n" -lt 100000 ]; do
		with_fault "$what $n" "$name=$n" STARVE_TOLD="$work/told" UNWRITTEN_TOLD="$work/told" "$@"
		[ -e "$work/told" ] || break
		rm -f "$work/told"
		n=$((n + 1 + n / 16))
	done
	obeys_law "$what"
	echo "$what: $n of them; answered $answered, refused $refused, broken off $broken"
	isnt "$what: some were refused" "$refused" 0
}

try_all allocation STARVE_AT LD_PRELOAD="$work/starve.so"
try_all "write, failing once," UNWRITTEN_AT LD_PRELOAD="$work/unwritten.so" UNWRITTEN_ERROR=EIO
is "a failing write breaks nothing off" "$broken" 0
try_all "write, on a full disk," UNWRITTEN_AT LD_PRELOAD="$work/unwritten.so" UNWRITTEN_ERROR=ENOSPC
is "a full disk breaks nothing off" "$broken" 0
finish
