#!/bin/sh
# Every figure of every question is what the referee works out from the voice app's own tables.
# suites: normal postgres sanitize
. "${0%/*}/lib.sh"

judge() {
	checks=$((checks + 1))
	"$python" "$top/tests/referee/referee.py" "$db" "$1" "$build/cgi-bin" <"$top/tests/referee/$2" >"$work/verdict" 2>&1 ||
		wrong "$3 at $1" "$(cat "$work/verdict")"
	like "$3: all cases were judged" "$(tail -n 1 "$work/verdict")" "$(grep -c '^[a-z]' "$top/tests/referee/$2") answers judged, *"
}

real_db
judge "$NOW" cases "the real database"
made_db
judge "$NOW" cases "the made database"
for now in 2025-03-30T01:00:00Z 2025-03-30T12:00:00Z 2025-10-26T01:00:00.000001Z 2026-01-01T00:00:00Z \
	2025-12-31T23:00:00Z 2024-03-01T00:00:00Z 2026-02-06T10:00:00Z; do
	judge "$now" cases-at-edges "the made database"
done

# No call at all, and one: its 30.05 s are a tie, which is rounded one way wherever it is told.
attached_db none
judge "$NOW" cases "an empty database"
sql "INSERT INTO calls (call_id, call_type, started_at, ended_at, duration_seconds, status)
	VALUES ('one', 'inbound', '2026-02-06T10:00:00', '2026-02-06T10:00:30.05', 30.05, 'completed');
	INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp)
	VALUES ('one', 'speech_end_to_first_audio', 812.25, '2026-02-06T10:00:05Z')"
judge "$NOW" cases "a database of one call"

# The judge can condemn: a fact that is not what the app's row says is seen.
sql "UPDATE cm_call SET duration_us = 61000000"
refuses "the referee sees a wrong figure" "$python" "$top/tests/referee/referee.py" "$db" "$NOW" "$build/cgi-bin" <<END
dashboard
END
finish
