#!/bin/sh
# hostile: whatever the voice app writes, its own statements succeed or fail exactly as they would without us, and its
# tables hold the same; the facts follow its rows, and what makes no sense is counted.
# suites: normal postgres sanitize
. "${0%/*}/lib.sh"

schema=app-schema.sql
place=$work
if [ "$engine" = postgres ]; then
	schema=app-schema-postgres.sql
	postgres_server
	place=$(postgres_url "$postgres_folder" postgres)
fi
"$python" "$top/tests/hostile.py" "$build/jobs/attach" "$build/jobs/detach" "$top/tests/data/$schema" "$place" \
	>"$work/said" 2>&1 || wrong "hostile.py ended" "$(cat "$work/said")"
sed '$d' "$work/said"
checks=$((checks + $(tail -n 1 "$work/said" | jq .checks)))
failures=$((failures + $(tail -n 1 "$work/said" | jq .wrong)))
finish
