#!/bin/sh
# events-hostile: what nobody should send gets the answer that is promised, in bounded memory and time, and the worker lives.
# suites: normal postgres sanitize
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

# What the program may take at most, in KiB; measured: 102500, of which 80 MiB are the allowances of body.c and batch.c.
MEMORY_MOST_KIB=131072

own_db
open_site "$db"
hostile() {
	"$python" "$top/tests/events-hostile.py" "$@" --port "$port" --key "$write_key" --socket "$site/run/events.sock"
}

# peak: the most memory that the program had, in KiB.
peak() {
	sed -n 's/^VmHWM:[ \t]*\([0-9]*\) kB/\1/p' "/proc/$1/status"
}

worker=$(workers events)
worker=${worker% }
isnt "there is a worker" "$worker" ''

began=$(now_ms)
code=0
hostile cases >"$work/answers" 2>"$work/cases.log" || code=$?
is "the cases" "$code $(cat "$work/cases.log")" '0 '
same_as_golden events-hostile.txt "$work/answers"
within "all cases" $(($(now_ms) - began)) 60000
is "of keys that stand twice the last counts" "$(sql "SELECT count(*) FROM cm_call WHERE call_id = 'last'")$(sql "SELECT count(*) FROM cm_call WHERE call_id = 'first'")" 10
is "nothing of a body that was cut off" "$(sql "SELECT count(*) FROM cm_call WHERE call_id LIKE 'p4%'")" 0
echo "after the cases: $(peak "$worker") KiB"

# 100 bodies that come a byte at a time, and fast ones between them.
worst=$(hostile slow)
like "fast senders are answered" "$worst" '[0-9]*'
within "the slowest of them" "$worst" 1500

# As much at once as is allowed, and what costs most memory for each byte that is sent.
hostile load >"$work/load"
# due NAME: how all requests of a load are answered, as a pattern; who finds no room for so long is to try again.
due() {
	case $1 in
	'32 bombs') echo '413:32' ;;
	'32 bodies of many values') echo '400:32' ;;
	'16 full bodies'*) echo '200:[0-9]*' ;;
	'32 bombs of empty objects') echo '200:32' ;;
	*) echo '200:1' ;;
	esac
}
while IFS='	' read -r name statuses ms; do
	echo "$name: $statuses in $ms ms; $(peak "$worker") KiB"
	like "$name: the answers" "$(echo "$statuses" | sed 's/ 503:[0-9]*$//')" "$(due "$name")"
	within "$name" "$ms" 60000
done <"$work/load"
memory=$(peak "$worker")
[ "$suite" != normal ] || passes "memory, $memory KiB" test "$memory" -le "$MEMORY_MOST_KIB"
obeys_law "after all that"

is "the worker is the same" "$(workers events)" "$worker "

# Without the program a large body is no larger than before: its sender is to try again.
head_pid=$(head_of events)
signal STOP "$(keeper)" "$head_pid"
mv "$site/run/events.sock" "$site/run/events.away"
head -c 3000000 /dev/zero | tr '\0' ' ' >"$work/large"
with "$write_key" /events --data-binary "@$work/large" -H 'Content-Type: application/json'
is_problem 502 ''
isnt "Retry-After" "$(header Retry-After)" ''
mv "$site/run/events.away" "$site/run/events.sock"
signal CONT "$(keeper)" "$head_pid"
"$top/scripts/run" --stop --dir "$site" >/dev/null 2>&1
is "sanitizers" "$(grep -h -E 'ERROR: (Address|Leak)Sanitizer|runtime error:' "$site/log/programs.log" || :)" ''
finish
