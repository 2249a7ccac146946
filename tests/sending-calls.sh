#!/bin/sh
# sending-calls: each sender of docs/sending-calls.md, as it stands there, gets its call through nginx into the answers.
# suites: normal postgres sanitize
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

guide=$top/docs/sending-calls.md
own_db
unset CALLMETRICS_NOW
passes "a site" run_site "$(mktemp -d /tmp/cm-site.XXXXXX)" --db "$db"
export CALLMETRICS_URL="$http/events" CALLMETRICS_KEY="$write_key"

# shown HEADING: the first block of code below it.
shown() {
	awk -v heading="### $1" '
		/^#/ { here = $0 == heading; next }
		here && (/^    / || /^$/) { sub(/^    /, ""); print; begun = 1; next }
		here && begun { exit }' "$guide"
}

# sends HEADING FILE COMMAND ...: runs what is shown.
sends() {
	sends_what=$1
	sends_file=$work/$2
	shift 2
	shown "$sends_what" >"$sends_file"
	isnt "$sends_what: is shown" "$(wc -l <"$sends_file")" 0
	passes "$sends_what: runs" "$@" "$sends_file"
	cp "$work/passes.log" "$work/told"
}

# call ID: what became of it.
call() {
	sql "SELECT c.call_type, status, failure_reason, s.agent, CASE WHEN duration_us IS NULL THEN 0 ELSE 1 END FROM cm_call c JOIN cm_series s USING (series_id)
		WHERE call_id = '$1'"
}

sends curl send.sh sh
is "curl: is told" "$(cat "$work/told")" '{"accepted":4,"duplicates":0,"unknown":0,"rejected":[]}'
is "curl: the call" "$(call c1)" 'inbound|completed|||1'
is "curl: its turn" "$(sql "SELECT component, cm_latency.duration_us FROM cm_latency JOIN cm_call USING (call_no) WHERE call_id = 'c1'")" 'turn_e2e|600000'
sends Python send.py "$python"
is "Python: the call" "$(call p1)" 'outbound|completed||desk|1'
sends Node send.mjs node
is "Node: the call" "$(call n1)" 'inbound|failed|timeout|desk|1'
sends Shell send-more.sh sh
is "Shell: the call" "$(call s1)" 'inbound|cancelled||desk|1'
is "Shell: is told" "$(grep -o '"accepted":1' "$work/told" | wc -l)" 4
get '/metrics/dashboard?hours=2'
is "the dashboard has them" "$status $(json '[.summary.total_calls, .breakdown.by_status[], .breakdown.by_type[]]')" '200 [4,2,1,0,1,0,3,1]'
get '/metrics/latency?hours=2'
is "and their turns" "$(json .components.turn_e2e.count)" 4

# Again and again: what is there already, what comes once the site is back, and what is refused.
sends curl send.sh sh
is "the same again, later" "$(sql "SELECT count(*) FROM cm_call WHERE call_id = 'c1'")" 1
sed -i 's/p1/p2/' "$work/send.py"
"$top/scripts/run" --stop --dir "$site" >/dev/null 2>&1
"$python" "$work/send.py" >"$work/late" 2>&1 &
late=$!
later "$late"
sleep 1
passes "the site is back" env CALLMETRICS_BUILD="$build" CALLMETRICS_PASSWORD="$password" "$top/scripts/run" --no-install --detach \
	--dir "$site" --port "$port" --tls-port "$tls_port" --user "$user" --db "$db"
passes "a sender that was not answered" wait "$late"
is "sends again" "$(call p2)" 'outbound|completed||desk|1'
refuses "Python: a wrong key" env CALLMETRICS_KEY=cm_0 "$python" "$work/send.py"
refuses "Shell: a wrong key" env CALLMETRICS_KEY=cm_0 sh "$work/send-more.sh"

# A price.
{
	[ "$engine" = sqlite ] || printf '%s\n' 'sqlite3() { PGOPTIONS="$OUR_PATH" psql -q -d "$1" -c "$(echo "$2" | sed "s/unixepoch(\([^)]*\))/extract(epoch FROM timestamp \1)/")"; }'
	shown "A price" | sed "s|/srv/voice/calls.db|$db|"
} >"$work/price.sh"
passes "a price is added" env OUR_PATH="$OUR_PATH" sh "$work/price.sh"
with "$write_key" /events -H 'Content-Type: application/json' -d '{"event_type":"stt_transcript_final","call_id":"c1","timestamp":'"$(date +%s)"',
	"data":{"duration_seconds":30,"provider":"deepgram","model":"nova-3"}}'
is "and is what it costs" "$status $(sql "SELECT cost_nusd FROM cm_cost JOIN cm_call USING (call_no) WHERE call_id = 'c1'")" "200 3850000"

# The table names every type that means something, and no other.
awk '/^\} rules\[\]/ { open = 1 } open && /^\t\{ "/ { split($0, part, "\""); print part[2] } /^\};/ { open = 0 }' "$top/shared/intake/event.c" |
	sort >"$work/types"
sed -n 's/^| \(`[a-z_`, ]*`\) |.*/\1/p' "$guide" | sed -n '/_/p' | grep -o '[a-z_]*' |
	grep -v -x -E 'event_type|event_id|call_id|turn_id|tenant_id' | sort >"$work/named"
passes "every type is in the guide" diff "$work/types" "$work/named"
isnt "there are types" "$(wc -l <"$work/types")" 0
finish
