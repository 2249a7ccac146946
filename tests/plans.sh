#!/bin/sh
# plans: no statement scans a table of facts; the plan of each is a golden file, so that an index that is lost is seen.
# suites: normal
. "${0%/*}/lib.sh"

real_db
# Those of sql/, and those that follow from the declarations of tables.
for file in "$top"/sql/*.sql "$build"/made/*.sql; do
	name=${file##*/}
	name=${name%.sql}
	# Of a database of an older version, whose tables there are none of.
	case $name in former-*) continue ;; esac
	# A parameter that is not bound is null, as a filter that is not given; what must be a number or a word is set.
	{
		echo '.parameter init'
		for number in from to resolution at before limit bin bin_from bin_to pack_from pack_to from_us to_us width_us per sign bytes skip after until before_us after_us stale_before fallback; do
			echo ".parameter set :$number 1"
		done
		echo ".parameter set :before_id 1"
		echo ".parameter set :after_id \"'a'\""
		echo ".parameter set :kind \"'call'\""
		echo ".parameter set :scope \"'all'\""
		echo ".parameter set :call_id \"'a'\""
		echo "EXPLAIN QUERY PLAN"
		cat "$file"
		echo ';'
	} >"$work/script"
	checks=$((checks + 1))
	# What is written to the voice app's own tables is planned there.
	case $name in
	app-*) planned=$db ;;
	*) planned=$(own "$db") ;;
	esac
	sqlite3 "$planned" <"$work/script" >"$work/plan" 2>&1 || wrong "$name: no plan" "$(cat "$work/plan")"
	# A row of values is put without looking anything up.
	if grep -q -E '^(UPDATE|DELETE)|SELECT' "$file"; then
		isnt "$name: has a plan" "$(wc -c <"$work/plan")" 0
	fi
	same_as_golden "plan-$name.txt" "$work/plan"
	checks=$((checks + 1))
	# What is copied whole is counted whole, and check looks at all packs.
	case $name in move-counts | check-packs) continue ;; esac
	# The names that the statements give these tables, and the tables' own.
	if grep -E '(SCAN|USE TEMP B-TREE FOR GROUP BY.*) (c|f|l|e|p|cm_call|cm_latency|cm_pack|cm_transcript|calls|latency_events|transcripts)( |$)' \
		"$work/plan" | grep -v 'SCAN [a-z]* USING \(COVERING \)\{0,1\}INDEX cm_call_\(active\|untold\)' >"$work/scans"; then
		wrong "$name scans" "$(cat "$work/scans")"
	fi
done

finish
