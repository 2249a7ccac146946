#!/bin/sh
# schema-doc: docs/schema.md is what the declarations of the tables say, and those are wrong in words.
# suites: normal
. "${0%/*}/lib.sh"

# of FILE...: what becomes of declarations; $status is awk's.
of() {
	status=0
	LC_ALL=C awk -f "$top/sql/tables.awk" -f "$top/sql/tables-doc.awk" -v words="$top/sql/words.inc $work/rows-components.inc" "$@" >"$work/schema.md" 2>"$work/said" ||
		status=$?
}

awk -f "$top/sql/kinds.awk" -v made="$work" "$top/sql/kinds"
of "$top"/sql/tables/*
is "made" "$status" 0
passes "docs/schema.md is current (make schema-doc)" cmp "$top/docs/schema.md" "$work/schema.md"
for table in "$top"/sql/tables/*; do
	passes "${table##*/} says what a row is" grep -q '^# [A-Z]' "$table"
done

# wrong SAID LINE...: a declaration with these lines after those of a good one is refused.
good="key	thing_id
time	at_us
index	at: at_us
int	thing_id
int	at_us"
printf '%s\n' "$good" >"$work/thing"
of "$work/thing"
is "a good one" "$status" 0
wrong_one() {
	said=$1
	shift
	{
		echo "$good"
		printf '%s\n' "$@"
	} >"$work/thing"
	of "$work/thing"
	is "$1: refused" "$status" 1
	like "$1: why" "$(cat "$work/said")" "$said"
}
wrong_one '*thing:6: no such word: colour' "colour	red"
wrong_one '*thing:6: not one of once over: twice' "put	thing-add twice"
wrong_one 'cm_thing: no such column: when_us' "index	when: thing_id, when_us"
wrong_one 'cm_thing: no such column: other_id' "key	other_id"
wrong_one 'cm_thing: no index begins with late_us, so it has to be pruned by hand' "time	late_us" "int	late_us"

finish
