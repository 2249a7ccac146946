#!/bin/sh
# prometheus: the text format 0.0.4, and OpenMetrics 1.0 for who asks for it.
# suites: normal postgres sanitize valgrind
. "${0%/*}/lib.sh"

# lint: promtool takes the last answer; only its taste in names is not ours, since spec 1 named three families in _ms.
# shellcheck disable=SC2317 # called by `passes`
lint() {
	lint_status=0
	promtool check metrics <"$work/body" >"$work/lint" 2>&1 || lint_status=$?
	case $lint_status in
	0) ;;
	3) ! grep -v '^voice_[a-z_]*_ms metric names should not contain abbreviated units$' "$work/lint" ;;
	*) cat "$work/lint" && return 1 ;;
	esac
}

real_db
ask prometheus
is "status" "$status" 200
is "type" "$(header Content-Type)" 'text/plain; version=0.0.4; charset=utf-8'
golden prometheus.txt
cp "$work/body" "$work/text"
passes "promtool accepts it" lint

openmetrics='HTTP_ACCEPT=application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5'
ask prometheus '' "$openmetrics"
is "OpenMetrics' type" "$(header Content-Type)" 'application/openmetrics-text; version=1.0.0; charset=utf-8'
golden prometheus-openmetrics.txt
cat >"$work/families.py" <<'END'
import sys
from prometheus_client import openmetrics, parser
from prometheus_client.openmetrics import parser as open_parser
text = open(sys.argv[1]).read()
read = open_parser if sys.argv[2] == "open" else parser
families = list(read.text_string_to_metric_families(text))
names = [f.name for f in families]
assert len(names) == len(set(names)) > 10, names
for f in families:
	assert f.documentation and f.type in ("counter", "gauge", "summary"), f
	for s in f.samples:
		for label in s.labels:
			assert label in ("status", "type", "reason", "quantile", "instance", "version"), s
print(sorted((s.name, sorted(s.labels.items()), float(s.value)) for f in families for s in f.samples))
END
plain='text/plain; version=0.0.4; charset=utf-8'
open='application/openmetrics-text; version=1.0.0; charset=utf-8'
while IFS='|' read -r accept type; do
	ask prometheus '' "HTTP_ACCEPT=$accept"
	is "Accept: $accept" "$(header Content-Type)" "$type"
done <<END
application/openmetrics-text;q=0|$plain
application/openmetrics-text;q=0.3,text/plain;q=0.5|$plain
Application/OpenMetrics-Text;Q=0.5,Text/Plain;q=0.5|$open
text/html;x="application/openmetrics-text",*/*|$plain
*/*|$plain
END
ask prometheus '' "$openmetrics"
"$python" "$work/families.py" "$work/body" open >"$work/open" 2>&1 || wrong "the OpenMetrics parser refuses" "$(cat "$work/open")"
"$python" "$work/families.py" "$work/text" text >"$work/plain" 2>&1 || wrong "the text parser refuses" "$(cat "$work/plain")"
is "both say the same" "$(cat "$work/open")" "$(cat "$work/plain")"

# The statements behind an answer go with either format, and # EOF is the last line of OpenMetrics.
ask prometheus explain=1
isnt "statements" "$(grep -c '^# explain: [0-9]* rows' "$work/body")" 0
passes "promtool accepts them" lint
ask prometheus explain=1 "$openmetrics"
is "the last line" "$(tail -n 1 "$work/body") $(grep -c '^# EOF' "$work/body")" '# EOF 1'
passes "the OpenMetrics parser takes them" "$python" -c '
import sys
from prometheus_client.openmetrics import parser
families = list(parser.text_string_to_metric_families(open(sys.argv[1]).read()))
told = [f for f in families if f.name.startswith("callmetrics_explain_")]
assert len(told) > 3 and all(" rows, " in f.documentation and "SELECT" in f.documentation and not f.samples for f in told), told
' "$work/body"

ask prometheus '' SCRIPT_NAME=/metrics
is "also at /metrics" "$(cat "$work/body")" "$(cat "$work/text")"

# Counters never fall: not by corrections, not by deletes.
total() { sed -n "s/^$1 //p" "$work/body"; }
sql "DELETE FROM calls WHERE call_id IN (SELECT call_id FROM calls WHERE status = 'completed' LIMIT 500);
	UPDATE calls SET status = 'failed' WHERE status = 'completed' AND call_id < 'CA8'"
ask prometheus
is "deleted calls stay counted" "$(total voice_calls_total)" 1504
is "so do their durations" "$(total voice_call_duration_seconds_count)" 1391
sed -n 's/^\(voice_[a-z_]*_\(total\|sum\|count\)\({[^}]*}\)\{0,1\}\) .*/\1/p' "$work/text" >"$work/counters"
isnt "there are counters" "$(wc -l <"$work/counters")" 0
while read -r counter; do
	before=$(grep -F "$counter " "$work/text" | sed 's/.* //')
	after=$(grep -F "$counter " "$work/body" | sed 's/.* //')
	is "$counter does not fall ($before, then $after)" "$(awk -v a="$before" -v b="$after" 'BEGIN { print (b >= a) }')" 1
done <"$work/counters"

# Without data a gauge is NaN, and both readers take it.
attached_db none
ask prometheus
golden prometheus-nothing.txt
passes "promtool accepts NaN" lint
ask prometheus '' "$openmetrics"
passes "so does OpenMetrics" "$python" "$work/families.py" "$work/body" open
finish
