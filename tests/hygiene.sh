#!/bin/sh
# hygiene: the rules of the house that a program can check.
# suites: normal
. "${0%/*}/lib.sh"

cd "$top"

# Names that leave their file start with cm_.
nm -A --defined-only -g "$build/libcallmetrics.a" 2>/dev/null | awk '$2 ~ /^[TDBRVWC]$/ || $3 ~ /^[TDBRVWC]$/ { print $NF }' |
	grep -v -x -E 'cm_[a-z0-9_]+|main' >"$work/names" || :
is "every global name of the library" "$(cat "$work/names")" ''
isnt "there are names" "$(nm -g --defined-only "$build/libcallmetrics.a" 2>/dev/null | grep -c ' T cm_')" 0

# nothing WHAT PATTERN FILE...: no line of the files matches.
nothing() {
	nothing_what=$1
	nothing_pattern=$2
	shift 2
	grep -n -E "$nothing_pattern" "$@" /dev/null >"$work/found" || :
	is "$nothing_what" "$(cat "$work/found")" ''
}

nothing "questions: no memory, SQL, JSON library, environment or output of their own" \
	'\<(malloc|calloc|realloc|free|strdup|getenv|secure_getenv|setenv|printf|fprintf|puts|putchar|exit|abort)[ \t]*\(|sqlite|(^|[^a-z_])json_(object|tokener)|FCGX|fcgi' \
	cgi-bin/*.c
nothing "questions: no text of SQL" '"[^"]*\<(SELECT|INSERT|UPDATE|DELETE|FROM|WHERE)\>[^"]*"' cgi-bin/*.c
# One file each knows a library.
only_in() {
	found=$(grep -l -E "$2" shared/*/*.c shared/*/*.h cgi-bin/*.c jobs/*.c | LC_ALL=C sort | tr '\n' ' ')
	is "$1 is known to one file" "$found" "$3 "
}
only_in libfcgi '#include <fcgi' shared/http/client.c
only_in sqlite3 '#include <sqlite3' shared/store/sqlite_own.h
only_in libpq '#include <libpq' shared/store/postgres_own.h
only_in libcsv '#include <csv' shared/base/csv_text.c
only_in zlib '#include <zlib' shared/http/body.c
only_in libcrypt '#include <crypt' shared/http/logins.c
only_in libmd '#include <sha2' 'shared/http/guesses.c shared/http/keys.c shared/http/logins.c shared/intake/event.c'
only_in "the environment" '\<getenv[ ]*\(' shared/base/settings.c
# shellcheck disable=SC2046 # words
nothing "the library neither prints nor exits" '\<(printf|puts|putchar|exit|abort|perror)[ ]*\(' \
	$(find shared -name '*.c' ! -name describe.c ! -name manual.c)

# The rooms of shared/README.md: each knows only those that stand before it there.
rooms=$(sed -n 's|^- `\([a-z]*\)/` .*|\1|p' shared/README.md | tr '\n' ' ')
is "the rooms of shared/README.md are those of Makefile.am" "$rooms" "$(sed -n 's/^rooms = //p' Makefile.am) "
for room in shared/*/; do
	room=${room#shared/}
	like "$room is in shared/README.md" " $rooms" "* ${room%/} *"
done
# Files by the number of their room, as headers are named and as objects are.
for room in $rooms; do
	floor=$((${floor:-0} + 1))
	for file in shared/"$room"/*.[ch]; do
		[ -e "$file" ] || continue
		base=${file##*/}
		printf '%s %s\n%s %s\n' "$base" "$floor" "${base%.c}.o" "$floor"
	done
done >"$work/floors"
grep -E '^#include "' shared/*/*.[ch] | sed 's/^\([^:]*\):#include "\([^"]*\)".*/\1 \2/' |
	awk 'NR == FNR { floor[$1] = $2; next }
		{ n = split($1, path, "/") }
		floor[$2] > floor[path[n]] { print $1 " includes " $2 }' "$work/floors" - >"$work/upward"
is "no room includes one above it" "$(cat "$work/upward")" ''
nm -A -g "$build/libcallmetrics.a" 2>/dev/null | sed 's/^[^:]*:\([^:]*\):/\1 /' |
	awk 'NR == FNR { floor[$1] = $2; next }
		$(NF - 1) == "U" { asker[++n] = $1; asked[n] = $NF; next }
		{ home[$NF] = $1 }
		END { for (i = 1; i <= n; i++) if (floor[home[asked[i]]] > floor[asker[i]])
			print asker[i] " calls " asked[i] " of " home[asked[i]] }' "$work/floors" - >"$work/upward"
is "no room calls one above it" "$(cat "$work/upward")" ''
isnt "objects have rooms" "$(nm -A -g "$build/libcallmetrics.a" 2>/dev/null | grep -c ':store\.o:')" 0
# Headers of a room's own.
for room in $rooms; do
	for file in shared/"$room"/*_own.h; do
		[ ! -e "$file" ] || grep -l "^#include \"${file##*/}\"" shared/*/*.[ch] cgi-bin/*.c jobs/*.[ch] | grep -v "^shared/$room/" || :
	done
done >"$work/strangers"
is "what is a room's own stays in it" "$(cat "$work/strangers")" ''

# Functions that read straight down.
awk '/^{$/ { start = FNR } /^}$/ && start { if (FNR - start - 1 > 40) print FILENAME ":" start ": " FNR - start - 1 " lines"; start = 0 }
	FNR == 1 && !/^{$/ { start = 0 }' cgi-bin/*.c shared/*/*.c jobs/*.c >"$work/long"
is "no function is longer than 40 lines" "$(cat "$work/long")" ''

# A statement a file, with a comment that says what it uses.
for file in sql/*.sql; do
	is "$file: a comment first" "$(head -c 3 "$file")" '-- '
	is "$file: one statement" "$(grep -v '^--' "$file" | grep -c ';')" 0
done

# Every program has a test of its name; every golden file is used.
for file in cgi-bin/*.c; do
	name=$(basename "$file" .c)
	passes "cgi-bin/$name has a test" test -f "tests/$name.sh"
done
for file in tests/golden/*; do
	name=${file##*/}
	case $name in
	plan-*.txt)
		name=${name#plan-}
		passes "$file is of a statement" test -f "sql/${name%.txt}.sql" -o -f "sql/sqlite/${name%.txt}.sql" -o -f "$build/made/${name%.txt}.sql"
		;;
	export.* | export-metadata.* | export-nothing.* | table-*) ;;
	*) passes "$file is used" grep -q -F "golden $name" tests/*.sh ;;
	esac
done

# Scripts.
scripts=$(grep -l -E -m 1 '^#!/(bin/sh|usr/bin/env bash|bin/bash)' scripts/* tests/*.sh tests/fuzz/run .ci/run 2>/dev/null)
# shellcheck disable=SC2086 # words
# Not held: functions that take "$@" called without arguments, words of a command as a list, a backslash before a quote, functions called by name.
printf '%s\n' $scripts | xargs -n 12 -P "$(getconf _NPROCESSORS_ONLN)" \
	shellcheck -x -e SC1003,SC2013,SC2016,SC2017,SC2119,SC2120,SC2317 -P tests >"$work/shellcheck" 2>&1 || :
is "shellcheck" "$(cat "$work/shellcheck")" ''
nothing "no script ends processes by name" '(^|[^a-z])[p]kill |kill[a]ll' scripts/* tests/*.sh
# shellcheck disable=SC2046 # words
nothing "no unfinished business" 'TO[D]O|FIX[M]E|X[X]X:' $(find cgi-bin shared jobs sql tests scripts docs -type f \
	! -name '*.xz' ! -path '*golden*')

# Tabs, and lines that end where they end.
# shellcheck disable=SC2046
nothing "no blanks at the end of a line" '[ 	]+$' $(find cgi-bin shared jobs sql tests scripts -type f ! -name '*.xz' ! -path '*/golden/*')
# shellcheck disable=SC2046
nothing "C is indented by tabs" '^        ' $(find cgi-bin shared jobs tests/unit -name '*.[ch]')
awk 'FNR == 1 { n = 0 } { line = $0; width = 0
	for (i = 1; i <= length(line); i++) width += substr(line, i, 1) == "\t" ? 8 - width % 8 : 1
	if (width > 140) print FILENAME ":" FNR ": " width " columns" }' cgi-bin/*.c shared/*/*.[ch] jobs/*.[ch] scripts/*.c >"$work/wide"
is "no line is too wide" "$(cat "$work/wide")" ''
finish
