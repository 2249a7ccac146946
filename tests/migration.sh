#!/bin/sh
# A database that was attached by version 1 of the schema is brought up to date with its figures unchanged.
. "${0%/*}/lib.sh"

db=$work/old.db
CALLMETRICS_NOW=$NOW
# This clock stands still, and calls that ended just before it are to be counted.
CALLMETRICS_SETTLE_S=0
export CALLMETRICS_SETTLE_S
CALLMETRICS_DB=$db
export CALLMETRICS_NOW CALLMETRICS_DB

# own_rows DATABASE: the voice app's own tables, as text.
own_rows() {
	sqlite3 "$1" ".dump calls" ".dump transcripts" ".dump latency_events" | grep '^INSERT'
}

# ours DATABASE: every object of ours, as it was made.
ours() {
	sqlite3 "$1.callmetrics" "SELECT type, name, sql FROM sqlite_master WHERE name LIKE 'cm!_%' ESCAPE '!' ORDER BY type, name"
}

# facts DATABASE: facts and counts of the rollups, whatever their series are numbered.
facts() {
	take_in "$1"
	sqlite3 "$1.callmetrics" "SELECT c.call_id, s.scope, s.tenant_id, s.agent, s.provider, s.call_type, c.started_us, c.ended_us,
			c.duration_us, c.status, c.failure_reason, c.has_audio, c.has_transcript
			FROM cm_call c LEFT JOIN cm_series s USING (series_id) WHERE c.status IS NOT NULL ORDER BY c.call_id;
		SELECT c.call_id, s.agent, l.component, l.at_us, l.duration_us
			FROM cm_latency l JOIN cm_call c USING (call_no) LEFT JOIN cm_series s ON s.series_id = l.series_id
			ORDER BY c.call_id, l.at_us, l.component, l.duration_us;
		SELECT count(*), sum(at_us) FROM cm_transcript;
		SELECT * FROM cm_skipped ORDER BY source, source_id;
		SELECT s.scope, s.tenant_id, s.agent, s.provider, s.call_type, p.pack_id & 274877906943, hex(p.coarse), hex(p.fine)
			FROM cm_pack p JOIN cm_series s ON s.series_id = p.pack_id >> 38 ORDER BY 1, 2, 3, 4, 5, 6"
}

# judge WHAT CASES: the referee of tests/referee.sh, over $db.
judge() {
	checks=$((checks + 1))
	"$python" "$top/tests/referee/referee.py" "$db" "$NOW" "$build/cgi-bin" <"$top/tests/referee/$2" >"$work/verdict" 2>&1 ||
		wrong "$1" "$(cat "$work/verdict")"
	like "$1: all cases were judged" "$(tail -n 1 "$work/verdict")" "$(grep -c '^[a-z]' "$top/tests/referee/$2") answers judged, *"
}

migrate_or_attach() { migrate "$1" || attach "$1"; }

# A database of the first version, that copied what was there and then took the voice app's writes.
app_db old
sqlite3 "$db" <"$top/tests/data/schema-1.sql"
writes="INSERT INTO calls (call_id, call_type, started_at, status, metadata)
		VALUES ('new', 'inbound', '2026-02-06T10:15:00.123456+00:00', 'active', '{\"tenant_id\":\"acme\",\"agent\":\"anna\"}');
	INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp)
		VALUES ('new', 'speech_end_to_first_audio', 812.25, '2026-02-06T10:15:05Z');
	UPDATE calls SET status = 'completed', duration_seconds = 61.5, ended_at = '2026-02-06T10:16:01' WHERE call_id = 'new';
	INSERT INTO calls (call_id, call_type, started_at, status) VALUES ('odd', 'inbound', 'yesterday', 'active');
	DELETE FROM calls WHERE rowid % 50 = 7"
sqlite3 "$db" "$writes"
is "facts of version 1 are there" "$(sqlite3 "$db" "SELECT count(*) = (SELECT count(*) - 1 FROM calls) FROM cm_call")" 1
own_rows "$db" >"$work/own-before"

# The programs say what to do.
ask dashboard
is "status before" "$status" 503
like "what to do" "$(json .detail)" "*callmetrics migrate*"

passes "migrate" migrate "$db"
is "it is version 1 no more" "$(sqlite3 "$db.callmetrics" "SELECT value > 1 FROM cm_meta WHERE key = 'schema_version'")" 1
is "nothing of it is left in the app's file" "$(sqlite3 "$db" "SELECT count(*) FROM sqlite_master WHERE name LIKE 'cm!_%' ESCAPE '!'")" 0
own_rows "$db" >"$work/own-after"
passes "the app's own rows are as they were" cmp "$work/own-before" "$work/own-after"

# It is what attaching the same rows anew gives: the same objects, the same facts, the same rollups, the same counters.
sqlite3 "$work/fresh.db" <"$top/tests/data/app-schema.sql"
sqlite3 "$work/fresh.db" "ATTACH '$db' AS old; INSERT INTO calls SELECT * FROM old.calls;
	INSERT INTO transcripts SELECT * FROM old.transcripts; INSERT INTO latency_events SELECT * FROM old.latency_events"
attach "$work/fresh.db"
ours "$db" >"$work/ours-migrated"
ours "$work/fresh.db" >"$work/ours-fresh"
passes "no object of version 1 is left, none is missing" diff "$work/ours-fresh" "$work/ours-migrated"
facts "$db" >"$work/facts-migrated"
facts "$work/fresh.db" >"$work/facts-fresh"
passes "facts and rollups are those of attaching anew" cmp "$work/facts-fresh" "$work/facts-migrated"
ask prometheus
cp "$work/body" "$work/counters-migrated"
ask prometheus "" CALLMETRICS_DB="$work/fresh.db"
passes "counters too" diff "$work/body" "$work/counters-migrated"

# The figures are those of the app's rows (the judge wants rows that all make sense), the app's later writes count, and
# migrating again changes nothing.
sqlite3 "$db" "DELETE FROM calls WHERE call_id = 'odd'"
judge "after migration" cases
sqlite3 "$db" "INSERT INTO calls (call_id, call_type, started_at, ended_at, duration_seconds, status, metadata)
	VALUES ('newer', 'outbound', '2026-02-06T10:20:00+00:00', '2026-02-06T10:20:09+00:00', 9, 'failed', '{\"error\":\"api_error\"}')"
judge "after later writes" cases-at-edges
facts "$db" >"$work/facts-before"
passes "migrate again" migrate "$db"
facts "$db" >"$work/facts-after"
passes "nothing changed" cmp "$work/facts-before" "$work/facts-after"

# Broken off in the middle, it can be run again.
app_db broken
broken=$db
sqlite3 "$broken" <"$top/tests/data/schema-1.sql"
"$build/jobs/migrate" "$broken" >"$work/job.log" 2>&1 &
broken_pid=$!
sleep 0.1
kill -9 "$broken_pid" 2>/dev/null || :
wait "$broken_pid" 2>/dev/null || :
passes "migrate or attach after it was killed" migrate_or_attach "$broken"
db=$broken
judge "after a migration that was killed" cases-at-edges
finish
