#!/bin/sh
# export: calls one by one, as JSON, CSV and NDJSON; a broken one can be resumed.
# suites: normal postgres sanitize valgrind
. "${0%/*}/lib.sh"

real_db
window='start_time=2026-02-06T07:50:00Z&end_time=2026-02-06T08:30:00Z'
for format in json csv ndjson; do
	ask export "$window&format=$format"
	is "$format: status" "$status" 200
	is "$format: never cached" "$(header Cache-Control)" no-store
	golden "export.$format"
	ask export "$window&format=$format&metadata=1"
	golden "export-metadata.$format"
done
ask export "$window&format=csv"
is "a file" "$(header Content-Disposition)" 'attachment; filename="calls-2026-02-06.csv"'
like "its type" "$(header Content-Type)" 'text/csv*'
is "CSV's lines end with CR LF" "$(grep -c "$(printf '\r')\$" "$work/body")" "$(wc -l <"$work/body")"
ask export 'format=ndjson&days=3660'
is "every call, one a line" "$(wc -l <"$work/body" | tr -d ' ')" 1504
is "in order of time" "$(jq -r .started_at "$work/body" | sort -c 2>&1)" ''

# Resumed behind any call, it is the rest.
jq -r .call_id "$work/body" >"$work/ids"
for line in 1 700 1503 1504; do
	ask export "format=ndjson&days=3660&after=$(sed -n "${line}p" "$work/ids")"
	is "after call $line" "$(jq -r .call_id "$work/body" | md5sum)" "$(tail -n "+$((line + 1))" "$work/ids" | md5sum)"
done
ask export 'after=nobody'
is_problem 404 ''

# Nothing to export is still a document.
for format in json csv ndjson; do
	ask export "start_time=0&end_time=1&format=$format"
	golden "export-nothing.$format"
done

# Text that would break a careless writer comes back as it was.
attached_db odd
lf='
' cr=$(printf '\r')
# What is not UTF-8 cannot be in PostgreSQL.
sql "INSERT INTO calls (call_id, call_type, caller_number, callee_number, started_at, status) VALUES
	('a,b', 'inbound', 'say \"hi\"', '${lf}x$cr$lf', '2026-02-06T09:00:00', 'completed'),
	('line', 'inbound', 'a${lf}b', 'c${cr}d', '2026-02-06T09:00:00', 'completed'),
	('', 'inbound', ' lead', 'trail ', '2026-02-06T09:00:00', 'completed'),
	('=1+1', 'inbound', $(chosen "CAST(x'ff41' AS TEXT)" "'$(printf '\357\277\275')A'"), 'é$(printf '\001')', '2026-02-06T09:00:00', 'completed')"
ask export 'days=1&format=csv'
golden export-odd.csv
is "read back by a CSV reader" "$("$python" -c 'import csv, sys
print([(r["call_id"], r["caller_number"], r["callee_number"]) for r in csv.DictReader(open(sys.argv[1], newline="", errors="replace"), strict=True)])' "$work/body")" \
	"[('', ' lead', 'trail '), ('=1+1', '�A', 'é\\x01'), ('a,b', 'say \"hi\"', '\\nx\\r\\n'), ('line', 'a\\nb', 'c\\rd')]"
ask export 'days=1&format=csv&safe=1'
is "formulas disarmed, and nothing else changed" "$("$python" -c 'import csv, sys
print([(r["call_id"], r["caller_number"], r["callee_number"]) for r in csv.DictReader(open(sys.argv[1], newline="", errors="replace"), strict=True)])' "$work/body")" \
	"[('', ' lead', 'trail '), (\"'=1+1\", '�A', 'é\\x01'), ('a,b', 'say \"hi\"', '\\nx\\r\\n'), ('line', 'a\\nb', 'c\\rd')]"
ask export 'days=1'
golden export-odd.json
sql "UPDATE calls SET caller_number = '-1', callee_number = ' @SUM(\"a\",2)', metadata = '{\"tenant_id\":\"+49\",\"agent\":\"=x\"}' WHERE call_id = 'line';
	UPDATE calls SET caller_number = '+49301', metadata = '{\"tenant_id\":\"+49\",\"agent\":\"=x\"}' WHERE call_id = 'a,b'"
ask export 'days=1&format=csv&safe=1'
is "numbers and labels, too, whether they were written before or not" "$("$python" -c 'import csv, sys
print([(r["caller_number"], r["callee_number"], r["tenant_id"], r["agent"], r["provider"]) for r in csv.DictReader(open(sys.argv[1], newline="", errors="replace"), strict=True)][2:])' "$work/body")" \
	"[(\"'+49301\", '\\nx\\r\\n', \"'+49\", \"'=x\", ''), (\"'-1\", '\\' @SUM(\"a\",2)', \"'+49\", \"'=x\", '')]"

ask export 'days=1&explain=1'
is "explain goes with JSON" "$status" 200
ask export 'days=1&explain=1&format=csv'
is_problem 400 explain
finish
