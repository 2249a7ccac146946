#!/bin/sh
# failures: the calls that failed, newest first, page by page.
# suites: normal postgres sanitize
. "${0%/*}/lib.sh"

real_db
ask failures
is "status" "$status" 200
golden failures.json

# All pages together are the whole list.
ask failures limit=1000
cp "$work/body" "$work/whole"
is "65 failed in all" "$(json '[.count, .next_cursor]')" '[65,null]'
: >"$work/ids"
cursor=
pages=0
while :; do
	ask failures "limit=13${cursor:+&cursor=$cursor}"
	json '.failures[].call_id' >>"$work/ids"
	pages=$((pages + 1))
	cursor=$(json '.next_cursor // ""')
	if [ -z "$cursor" ] || [ "$pages" -eq 9 ]; then
		break
	fi
done
is "five pages of 13, and no sixth" "$pages" 5
is "which are the list" "$(cat "$work/ids")" "$(jq -r '.failures[].call_id' "$work/whole")"

# The same through a filter that few series match, and through one that matches many.
made_db
for filter in tenant_id=acme provider=openai call_type=inbound; do
	ask failures "limit=1000&$filter"
	json '.failures[].call_id' >"$work/whole"
	cursor=
	: >"$work/ids"
	while :; do
		ask failures "limit=7&$filter${cursor:+&cursor=$cursor}"
		json '.failures[].call_id' >>"$work/ids"
		cursor=$(json '.next_cursor // ""')
		[ -n "$cursor" ] || break
	done
	is "pages of $filter" "$(cat "$work/ids")" "$(cat "$work/whole")"
	isnt "$filter has some" "$(wc -l <"$work/whole")" 0
done

# Where a reason is found, and what it means.
attached_db reasons
reason() {
	sql "DELETE FROM calls; INSERT INTO calls (call_id, call_type, started_at, status, metadata)
		VALUES ('x', 'inbound', '2026-02-06T10:00:00Z', '$1', '$2')"
	ask failures
	is "reason of $1 $2" "$(json '.failures[0].failure_reason')" "$3"
}
reason failed '{"failure_reason":"user_hangup"}' user_hangup
reason failed '{"end_reason":"network_error"}' network_error
reason failed '{"error":"api_error"}' api_error
reason failed '{"failure_reason":"timeout","error":"api_error"}' timeout
reason failed '{"error":"API_ERROR"}' api_error
reason failed '{"error":"it rained"}' unknown
reason failed '{"error":{"code":5}}' unknown
reason failed '{"error":null}' unknown
reason failed '{}' unknown
reason failed '[]' unknown
reason failed '{"error":' unknown
reason timeout '{"error":"api_error"}' timeout
finish
