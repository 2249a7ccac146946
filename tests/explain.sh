#!/bin/sh
# explain: the statements behind an answer paste into sqlite3 or psql and give the same rows and figures.
# suites: normal postgres sanitize
. "${0%/*}/lib.sh"

real_db

# statements: what .explain of $work/body lists, into files 1, 2, ... of $work/explain, and the rows that each gives in the shell.
statements() {
	rm -rf "$work/explain"
	mkdir "$work/explain"
	statement_count=$(json '.explain | length')
	statement=0
	while [ "$statement" -lt "$statement_count" ]; do
		json ".explain[$statement].statement" >"$work/explain/$((statement + 1))"
		statement=$((statement + 1))
		printf '%s %s\n' "$(chosen .output '\o')" "$work/explain/$statement.rows"
		cat "$work/explain/$statement"
		echo ';'
	done >"$work/explain/script"
	sql <"$work/explain/script"
}

# pasted N: the rows of statement N.
pasted() {
	cat "$work/explain/$1.rows"
}

# same_rows QUESTION QUERY: every statement gives as many rows in the shell as it is said to have given.
same_rows() {
	ask "$1" "$2${2:+&}explain=1"
	is "$1?$2: status" "$status" 200
	statements
	isnt "$1?$2: statements" "$statement_count" 0
	# A bin is read only as far as the last value that the filter lets through.
	while [ "$statement" -gt 0 ]; do
		if [ -n "$2" ] && grep -q '\.bin = ' "$work/explain/$statement"; then
			checks=$((checks + 1))
			[ "$(pasted "$statement" | wc -l)" -ge "$(json ".explain[$((statement - 1))].rows")" ] || wrong "bin $statement"
			statement=$((statement - 1))
			continue
		fi
		is "$1?$2: rows of statement $statement" "$(pasted "$statement" | wc -l | tr -d ' ')" \
			"$(json ".explain[$((statement - 1))].rows")"
		statement=$((statement - 1))
	done
}

for query in '' hours=5 agent=billing 'provider=openai&call_type=inbound'; do
	for question in dashboard health hourly latency failures latency-events; do
		same_rows "$question" "$query"
	done
done
same_rows daily tz=Europe/Berlin
same_rows export days=1

# The figures: calls counted ...
ask health 'hours=24&explain=1'
statements
total=0
while [ "$statement" -gt 0 ]; do
	if grep -q 'bucket_us, c.status' "$work/explain/$statement"; then
		total=$((total + $(pasted "$statement" | awk -F '|' '{ n += $5 } END { print n + 0 }')))
	elif grep -q 'c.started_us, c.status' "$work/explain/$statement"; then
		total=$((total + $(pasted "$statement" | wc -l)))
	fi
	statement=$((statement - 1))
done
is "the statements' calls are the answer's" "$total" "$(json .indicators.calls)"

# ... and a percentile: one of the values of its bin, as many of which are smaller as the rank says.
ask latency 'component=turn_e2e&explain=1'
p50=$(json '.components.turn_e2e.p50')
statements
found=no
while [ "$statement" -gt 0 ]; do
	if grep -q 'l.bin = ' "$work/explain/$statement" && pasted "$statement" | awk '{ printf "%.3f\n", $1 / 1000 }' | grep -qx "$p50"; then
		found=yes
	fi
	statement=$((statement - 1))
done
is "the median is among its bin's values" "$found" yes

# Plain text carries them as comments, which Prometheus ignores.
ask prometheus explain=1
like "comments" "$(cat "$work/body")" '*# explain: *# *SELECT *'
is "nothing but comments are added" "$(grep -v '^#' "$work/body")" "$(ask prometheus; grep -v '^#' "$work/body")"
finish
