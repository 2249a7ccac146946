#!/bin/sh
# memory: when the n-th allocation fails, a program answers rightly, or with a problem, or says that it failed; it never
# crashes, and never passes half an answer for a whole one.
# suites: normal
. "${0%/*}/lib.sh"

real_db
cc=${CC:-cc}
passes "the shim builds" "$cc" -shared -fPIC -O2 -o "$work/starve.so" "$top/tests/starve.c" -ldl

# starve QUESTION QUERY: fails each of the first allocations one after the other, then ever rarer ones.
starve() {
	ask "$1" "$2"
	cp "$work/body" "$work/right"
	n=0
	while [ "$n" -lt 100000 ]; do
		rc=0
		env REQUEST_METHOD=GET QUERY_STRING="$2" LD_PRELOAD="$work/starve.so" STARVE_AT="$n" STARVE_TOLD="$work/told" \
			"$build/cgi-bin/$1" </dev/null >"$work/raw" 2>"$work/log" || rc=$?
		split_answer
		checks=$((checks + 1))
		# What the shell says of a signal.  (libfcgi itself may leave with a status of its own before a request is read.)
		if [ "$rc" -ge 128 ] && [ "$rc" -le 192 ]; then
			wrong "$1?$2: allocation $n failed: ended with status $rc" "$(cat "$work/log")"
		elif [ "$rc" -eq 0 ]; then
			case $status in
			200) cmp -s "$work/right" "$work/body" || wrong "$1?$2: allocation $n failed: a wrong answer" "$(cat "$work/body")" ;;
			503) [ "$(json '.status')" = 503 ] || [ "$(json '.status')" = degraded ] ||
				wrong "$1?$2: allocation $n failed: no problem document" "$(cat "$work/body")" ;;
			*) wrong "$1?$2: allocation $n failed: status '$status'" "$(cat "$work/raw")" ;;
			esac
		fi
		# When nothing was refused any more, all have had their turn.
		if [ ! -e "$work/told" ]; then
			break
		fi
		rm -f "$work/told"
		n=$((n + 1 + n / 12))
	done
	isnt "$1: allocations were refused" "$n" 0
}

starve hourly hours=2
starve health ''
starve export 'format=json&hours=1'
starve failures 'limit=3'
starve prometheus ''
finish
