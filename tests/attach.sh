#!/bin/sh
# attach: adds ours to a call database and takes it away again, as often as one likes; broken off, it goes on.
. "${0%/*}/lib.sh"

# everything PATH: the voice app's own tables and the schema, as text.
everything() {
	sqlite3 "$1" 'SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid; SELECT rowid, * FROM calls;
		SELECT rowid, * FROM transcripts; SELECT rowid, * FROM latency_events; SELECT * FROM sqlite_sequence;
		PRAGMA journal_mode; PRAGMA user_version; PRAGMA encoding; PRAGMA auto_vacuum; PRAGMA integrity_check'
}

# facts PATH: all of ours, as text.
facts() {
	# A series is known by its labels; its number is as it comes.
	labels="coalesce(s.tenant_id || '/' || agent || '/' || agent_version || '/' || s.provider || '/' || s.call_type, '?')"
	sqlite3 "$1.callmetrics" "SELECT call_id, $labels, c.call_type, caller_number, callee_number, started_us, ended_us, duration_us, bin,
			status, failure_reason, has_audio, has_transcript, metadata
		FROM cm_call c LEFT JOIN cm_series s USING (series_id) WHERE status IS NOT NULL ORDER BY call_id;
		SELECT latency_id, call_id, $labels, component, at_us, l.duration_us, l.bin, l.metadata
		FROM cm_latency l JOIN cm_call c USING (call_no) LEFT JOIN cm_series s ON s.series_id = l.series_id ORDER BY latency_id;
		SELECT transcript_id, call_id, at_us, speaker, content FROM cm_transcript JOIN cm_call USING (call_no) ORDER BY 1; SELECT * FROM cm_skipped; SELECT * FROM cm_source_row ORDER BY 1, 2"
}

# figures PATH: what the questions answer.
figures() {
	for figures_question in dashboard latency prometheus export; do
		ask "$figures_question" 'days=30' CALLMETRICS_DB="$1" CALLMETRICS_NOW="$NOW"
		is "status" "$status" 200 >&2
		cat "$work/body"
	done
}

# count TABLE: how many rows of ours.
count() { sqlite3 "$db.callmetrics" "SELECT count(*) FROM $1"; }

for mode in wal delete; do
	app_db "$mode"
	sqlite3 "$db" "PRAGMA journal_mode = $mode; PRAGMA user_version = 42" >/dev/null
	everything "$db" >"$work/before"
	attach "$db"
	is "$mode: it tells of each table's end once" "$(grep ' of ' "$work/job.log" | sort | uniq -d)" ''
	is "$mode: every call is in" "$(count cm_call)" 1504
	is "$mode: every step is in" "$(count cm_latency)" 10182
	is "$mode: every line is in" "$(count cm_transcript)" 2632
	is "$mode: nothing is skipped" "$(count cm_skipped)" 0
	is "$mode: the app's journal mode is its own" "$(sqlite3 "$db" 'PRAGMA journal_mode')" "$mode"
	is "$mode: nothing of ours in its file but the journal" \
		"$(sqlite3 "$db" "SELECT name FROM sqlite_master WHERE name LIKE 'callmetrics!_%' ESCAPE '!' OR name LIKE 'cm!_%' ESCAPE '!' ORDER BY 1")" \
		"callmetrics_calls_added
callmetrics_calls_changed
callmetrics_calls_removed
callmetrics_journal
callmetrics_latency_events_added
callmetrics_latency_events_changed
callmetrics_latency_events_removed
callmetrics_transcripts_added
callmetrics_transcripts_changed
callmetrics_transcripts_removed"
	facts "$db" >"$work/facts"
	figures "$db" >"$work/figures"
	attach "$db"
	is "$mode: attached twice" "$(facts "$db" | md5sum)" "$(md5sum <"$work/facts")"
	figures "$db" >"$work/figures2"
	passes "$mode: figures after it" cmp "$work/figures" "$work/figures2"
	migrate "$db"
	is "$mode: migrate has nothing to do" "$(facts "$db" | md5sum)" "$(md5sum <"$work/facts")"
	detach "$db"
	everything "$db" >"$work/after"
	passes "$mode: detached, nothing is left and nothing missing" diff "$work/before" "$work/after"
	is "$mode: nor beside it" "$(find "$work" -name "${db##*/}.callmetrics*")" ''
	attach "$db"
	is "$mode: attached again" "$(facts "$db" | md5sum)" "$(md5sum <"$work/facts")"
	figures "$db" >"$work/figures2"
	passes "$mode: the figures of the first time" cmp "$work/figures" "$work/figures2"
done

# Killed in its midst, again and again, at any time; then run once more, to the same facts.
app_db killed
kills=0
for pause in 0.003 0.01 0.02 0.03 0.05 0.08 0.12 0.16; do
	"$build/jobs/attach" "$db" >/dev/null 2>&1 &
	victim=$!
	sleep "$pause"
	if kill -9 "$victim" 2>/dev/null; then
		kills=$((kills + 1))
	fi
	wait "$victim" 2>/dev/null || :
	is "killed after $pause s: the app's database is whole" "$(sqlite3 "$db" 'PRAGMA quick_check; SELECT count(*) FROM calls')" "ok
1504"
	# The voice app goes on meanwhile.
	sqlite3 "$db" "UPDATE calls SET has_audio = has_audio WHERE rowid % 100 = 7"
done
isnt "some were killed" "$kills" 0
attach "$db"
facts "$db" >"$work/facts2"
passes "the same facts" diff "$work/facts" "$work/facts2"
figures "$db" >"$work/figures2"
passes "the same figures" diff "$work/figures" "$work/figures2"

# Broken off while it reads: nothing is answered until it is done.
sqlite3 "$db.callmetrics" "INSERT INTO cm_meta VALUES ('state', 'attaching'); UPDATE cm_meta SET value = '1' WHERE key = 'follow_sweep'"
ask health '' CALLMETRICS_DB="$db" CALLMETRICS_NOW="$NOW"
is "no answer" "$status" 503
like "health tells" "$(json .warnings)" '*still being attached*callmetrics attach*'
attach "$db"
ask health '' CALLMETRICS_DB="$db" CALLMETRICS_NOW="$NOW"
unlike "until it is done" "$(json .warnings)" '*still being attached*'
is "read twice, counted once" "$(figures "$db" | md5sum)" "$(md5sum <"$work/figures")"

# Detach killed in its midst: whole, or it says so; and run again it ends.
for pause in 0.001 0.002 0.003 0.004 0.006; do
	"$build/jobs/detach" "$db" >/dev/null 2>&1 &
	victim=$!
	sleep "$pause"
	kill -9 "$victim" 2>/dev/null || :
	wait "$victim" 2>/dev/null || :
	ask health '' CALLMETRICS_DB="$db" CALLMETRICS_NOW="$NOW"
	case $status in
	503) ;;
	*) is "killed after $pause s: whole" "$(figures "$db" | md5sum)" "$(md5sum <"$work/figures")" ;;
	esac
	"$build/jobs/detach" "$db" >/dev/null 2>&1 || :
	is "nothing of ours is left" "$(sqlite3 "$db" "SELECT count(*) FROM sqlite_master WHERE name LIKE 'callmetrics!_%' ESCAPE '!'")" 0
	is "nor beside it" "$(find "$work" -name "${db##*/}.callmetrics*")" ''
	attach "$db"
done

# Refusals.
refuses "no such file" "$build/jobs/attach" "$work/nowhere.db"
is "and none is made" "$(ls "$work/nowhere.db" 2>/dev/null)" ''
: >"$work/empty.db"
refuses "an empty file" "$build/jobs/attach" "$work/empty.db"
echo 'no database, this is, but a text that is long enough' >"$work/letter.db"
refuses "a letter" "$build/jobs/attach" "$work/letter.db"
sqlite3 "$work/other.db" 'CREATE TABLE customers (id)'
refuses "somebody else's database" "$build/jobs/attach" "$work/other.db"
is "which stays as it is" "$(sqlite3 "$work/other.db" 'SELECT name FROM sqlite_master')" customers
app_db plain
refuses "detach of what is not attached" "$build/jobs/detach" "$work/plain.db"
refuses "migrate of it" "$build/jobs/migrate" "$work/plain.db"
refuses "wrong usage" "$build/jobs/attach" a b
passes "--help" "$build/jobs/attach" --help

# A database with calls only, and one whose rows are old words.
db=$work/calls-only.db
sed -n '/^CREATE TABLE calls/,/^);/p' "$top/tests/data/app-schema.sql" | sqlite3 "$db"
sqlite3 "$db" "INSERT INTO calls (call_id, call_type, started_at, status) VALUES ('a', 'inbound', '2026-02-06T10:00:00', 'Success'),
	('b', 'inbound', '2026-02-06T10:00:00', 'never heard of'), ('c', 'inbound', '2026-02-06T10:00:00', 'IN_PROGRESS')"
attach "$db"
is "known words are understood, others counted" \
	"$(sqlite3 "$db.callmetrics" 'SELECT call_id, status FROM cm_call ORDER BY 1; SELECT source_id, field FROM cm_skipped')" "a|completed
c|active
b|status"
ask health '' CALLMETRICS_DB="$db" CALLMETRICS_NOW="$NOW"
like "health tells" "$(json .warnings)" '*1 row*calls*status*'
finish
