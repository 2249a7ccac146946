#!/bin/sh
# pg-attach: attach and detach on PostgreSQL, whatever types the voice app's columns have and whatever its role may do; detached, its
# tables are what they were.
# suites: postgres
CM_ENGINE=${CM_ENGINE:-postgres}
. "${0%/*}/lib.sh"
# The clock stands still.
CALLMETRICS_SETTLE_S=0
export CALLMETRICS_SETTLE_S

# facts: all of ours, as text.
facts() {
	# A series is known by its labels; its number is as it comes.
	labels="coalesce(s.tenant_id || '/' || agent || '/' || agent_version || '/' || s.provider || '/' || s.call_type, '?')"
	sql "SELECT call_id, $labels, c.call_type, caller_number, callee_number, started_us, ended_us, duration_us, bin,
			status, failure_reason, has_audio, has_transcript
		FROM cm_call c LEFT JOIN cm_series s USING (series_id) WHERE status IS NOT NULL ORDER BY call_id;
		SELECT latency_id, call_id, $labels, component, at_us, l.duration_us, l.bin
		FROM cm_latency l JOIN cm_call c USING (call_no) LEFT JOIN cm_series s ON s.series_id = l.series_id ORDER BY latency_id;
		SELECT transcript_id, call_id, at_us, speaker, content FROM cm_transcript JOIN cm_call USING (call_no) ORDER BY 1;
		SELECT source, source_id, field FROM cm_skipped ORDER BY 1, 2"
}

# figures WHAT: what the questions answer, which for the real database is known.
figures() {
	for figures_of in dashboard:dashboard-24h.json hourly:hourly-24h.json daily:daily-30d.json health:health.json \
		latency:latency-24h.json prometheus:prometheus.txt; do
		ask "${figures_of%%:*}"
		is "$1: ${figures_of%%:*}" "$status" 200
		golden "${figures_of#*:}"
	done
}

# Texts.
app_db texts
dump >"$work/before"
attach "$db"
ask_db
is "every call, step and line is in" "$(sql 'SELECT (SELECT count(*) FROM cm_call), (SELECT count(*) FROM cm_latency),
	(SELECT count(*) FROM cm_transcript), (SELECT count(*) FROM cm_skipped)')" '1504|10182|2632|0'
figures "texts"
obeys_law "texts"
facts >"$work/facts"
attach "$db"
facts >"$work/again"
passes "attached twice" cmp "$work/facts" "$work/again"
obeys_law "attached twice"
passes "migrate has nothing to do" migrate "$db"
detach "$db"
dump >"$work/after"
passes "detached, nothing is left and nothing missing" diff "$work/before" "$work/after"
refuses "detach of what is not attached" "$build/jobs/detach" "$db"
refuses "migrate of it" "$build/jobs/migrate" "$db"

# Other types: the same facts, and the same answers.
app_db types
sql "ALTER TABLE calls ALTER started_at TYPE timestamptz USING started_at::timestamptz,
		ALTER ended_at TYPE timestamp USING ended_at::timestamptz AT TIME ZONE 'UTC',
		ALTER duration_seconds TYPE numeric USING duration_seconds::text::numeric,
		ALTER has_audio DROP DEFAULT, ALTER has_audio TYPE boolean USING has_audio <> 0,
		ALTER has_transcript DROP DEFAULT, ALTER has_transcript TYPE smallint,
		ALTER metadata TYPE jsonb USING metadata::jsonb, ALTER call_id TYPE varchar(80), ALTER status TYPE character varying;
	ALTER TABLE latency_events ALTER timestamp TYPE timestamp with time zone USING timestamp::timestamptz,
		ALTER duration_ms TYPE numeric(20, 6) USING duration_ms::text::numeric, ALTER metadata TYPE json USING metadata::json,
		ALTER id TYPE bigint;
	ALTER TABLE transcripts ALTER timestamp TYPE timestamptz USING timestamp::timestamptz, ALTER metadata TYPE jsonb USING metadata::jsonb;
	CREATE TYPE direction AS ENUM ('inbound', 'outbound');
	ALTER TABLE calls ALTER call_type TYPE direction USING call_type::direction"
dump >"$work/before"
attach "$db"
ask_db
facts >"$work/again"
passes "other types: the same facts" diff "$work/facts" "$work/again"
figures "other types"
sql "INSERT INTO calls (call_id, call_type, started_at, status, metadata)
		VALUES ('new', 'inbound', '2026-02-06 11:15:00.123456+01', 'active', '{\"tenant_id\":\"acme\",\"agent\":\"anna\"}');
	UPDATE calls SET status = 'completed', duration_seconds = 61.5000005, has_audio = true, ended_at = '2026-02-06 10:16:01' WHERE call_id = 'new';
	INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp) VALUES ('new', 'tool_call_duration', 812.25, '2026-02-06 10:15:05+00')"
is "other types: written" "$(sql "SELECT started_us, ended_us, duration_us, has_audio, c.tenant_id, agent FROM cm_call c JOIN cm_series USING (series_id)
	WHERE call_id = 'new'; SELECT l.duration_us, at_us FROM cm_latency l JOIN cm_call USING (call_no) WHERE call_id = 'new'")" "1770372900123456|1770372961000000|61500001|1|acme|anna
812250|1770372905000000"
sql "UPDATE calls SET started_at = 'infinity' WHERE call_id = 'new'"
is "a time that is none" "$(sql "SELECT source_id, field FROM cm_skipped; SELECT count(*) FROM cm_call WHERE call_id = 'new' AND status IS NOT NULL")" "new|started_at
0"
sql "DELETE FROM calls WHERE call_id = 'new'; DELETE FROM latency_events WHERE call_id = 'new'"
is "what is gone is not told of" "$(sql 'SELECT count(*) FROM cm_skipped')" 0
obeys_law "other types"
sql "SELECT setval('latency_events_id_seq', max(id)) FROM latency_events" >/dev/null
detach "$db"
# A row that was changed back lies elsewhere: the order of the rows is no matter.
dump | sort >"$work/after"
sort "$work/before" >"$work/sorted"
passes "other types: detached, as they were" diff "$work/sorted" "$work/after"

# All rows at once, and a role that may do nothing with ours.
attached_db roles
role=voice_$$
postgres_sql postgres "CREATE ROLE $role LOGIN"
sql "GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON calls, transcripts, latency_events TO $role;
	GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO $role"
owner=$db
db=$(postgres_url "$postgres_folder" "${owner##*/}" "$role")
for table in cm_call cm_series cm_meta cm_pack; do
	refuses "the app reads $table" sql "SELECT count(*) FROM $table"
	refuses "the app writes $table" sql "DELETE FROM $table"
done
sql "INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds) SELECT 'r' || i, 'inbound', '2026-02-06T10:00:00', 'completed', i
		FROM generate_series(1, 1000) i;
	INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp) SELECT call_id, 'tool_call_duration', duration_seconds, started_at FROM calls;
	INSERT INTO transcripts (call_id, timestamp, speaker, content, event_type) SELECT call_id, started_at, 'user', 'x', 'speech' FROM calls;
	UPDATE calls SET metadata = '{\"tenant_id\":\"t' || (duration_seconds::int % 7) || '\"}'"
take_in "$owner"
sql "DELETE FROM calls WHERE duration_seconds > 900"
db=$owner
is "the app's writes are in" "$(sql "SELECT (SELECT count(*) FROM cm_call WHERE status IS NOT NULL), (SELECT count(*) FROM cm_latency), (SELECT count(*) FROM cm_transcript),
	(SELECT count(DISTINCT tenant_id) FROM cm_call WHERE status IS NOT NULL), (SELECT count(*) FROM cm_skipped)")" '900|1000|1000|7|0'
obeys_law "the app's role"
ask dashboard
is "and in the answers" "$(json .summary.total_calls)" 900
db=$(postgres_url "$postgres_folder" "${owner##*/}" "$role")
sql 'TRUNCATE transcripts, latency_events; TRUNCATE calls'
db=$owner
is "truncated" "$(sql 'SELECT (SELECT count(*) FROM cm_call WHERE status IS NOT NULL), (SELECT count(*) FROM cm_latency), (SELECT count(*) FROM cm_transcript)')" '0|0|0'
obeys_law "truncated"
ask prometheus
is "counters do not fall" "$(sed -n 's/^voice_calls_total //p' "$work/body")" 1000
sql "BEGIN; INSERT INTO calls (call_id, call_type, started_at, status) VALUES ('back', 'inbound', '2026-02-06T10:00:00', 'active'); ROLLBACK"
is "rolled back" "$(sql 'SELECT count(*) FROM cm_call WHERE status IS NOT NULL')" 0
detach "$db"
postgres_sql "${owner##*/}" "DROP OWNED BY $role; DROP ROLE $role"

# The app writes all the while, and attach is killed in its midst: in the end everything is in, once.
app_db killed
awk 'BEGIN { for (i = 0; i < 400; i++) {
	printf "INSERT INTO calls (call_id, call_type, started_at, status) VALUES (\047w%d\047, \047inbound\047, \0472026-02-06T10:00:00\047, \047active\047);\n", i
	printf "UPDATE calls SET status = \047completed\047, duration_seconds = %d WHERE call_id = \047w%d\047;\n", i, i
	printf "UPDATE calls SET has_audio = 1 - has_audio WHERE call_id IN (SELECT call_id FROM calls ORDER BY call_id OFFSET %d LIMIT 3);\n", i * 3 } }' \
	>"$work/writes"
sql <"$work/writes" >"$work/written" 2>&1 &
writer=$!
later "$writer"
kills=0
for pause in 0.01 0.03 0.06 0.1 0.2; do
	"$build/jobs/attach" "$db" >/dev/null 2>&1 &
	victim=$!
	sleep "$pause"
	! kill -9 "$victim" 2>/dev/null || kills=$((kills + 1))
	wait "$victim" 2>/dev/null || :
done
isnt "some were killed" "$kills" 0
passes "attached in the end" attach "$db"
passes "the app was never refused" wait "$writer"
is "nor told of anything" "$(cat "$work/written")" ''
is "all calls are in" "$(sql "SELECT count(status), count(*) FILTER (WHERE call_id LIKE 'w%' AND status = 'completed') FROM cm_call")" '1904|400'
is "steps too" "$(sql 'SELECT count(*) FROM cm_latency')" 10182
obeys_law "killed"
facts >"$work/facts"
detach "$db"
attach "$db"
facts >"$work/again"
passes "and are what they are afresh" diff "$work/facts" "$work/again"

# Refusals.
new_db empty
refuses "an empty database" "$build/jobs/attach" "$db"
sql 'CREATE TABLE customers (id int)'
refuses "somebody else's" "$build/jobs/attach" "$db"
is "stays as it is" "$(sql "SELECT count(*) FROM pg_class WHERE relname LIKE 'cm!_%' ESCAPE '!'")" 0
refuses "no such database" "$build/jobs/attach" "${db%/*}/nowhere"
refuses "no such server" "$build/jobs/attach" "postgresql://cm@%2Fnowhere/x"
# What cannot be followed is refused in words, and nothing of ours is left.
ours="SELECT (SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'callmetrics%'), (SELECT count(*) FROM pg_proc WHERE proname LIKE 'callmetrics%'),
	(SELECT count(*) FROM pg_class WHERE relkind <> 'v' AND (relname LIKE 'callmetrics%' OR relname LIKE 'cm!_%' ESCAPE '!'))"
while IFS=: read -r change why; do
	empty_app_db lacking
	sql "$change"
	refuses "$change" attach "$db"
	like "and says why: $change" "$(cat "$work/job.log")" "*$why*"
	is "nothing is left" "$(sql "$ours")" '0|0|0'
	is "the app goes on" "$(sql "INSERT INTO transcripts (call_id, timestamp, speaker, content, event_type) VALUES ('x', 'y', 'z', 'z', 'z') RETURNING 1")" 1
done <<-END
	ALTER TABLE calls DROP started_at:has no column started_at
	ALTER TABLE latency_events DROP duration_ms:has no column duration_ms
	ALTER TABLE latency_events DROP CONSTRAINT latency_events_pkey:no column that is unique
	ALTER TABLE latency_events RENAME TO l; CREATE VIEW latency_events AS SELECT * FROM l:no ordinary table
	CREATE SCHEMA callmetrics; CREATE TABLE callmetrics.mine (x int):somebody else's, with table mine in it
END
# What is not needed may be missing, and keys and columns are of any type.
for change in 'ALTER TABLE calls DROP has_audio, DROP metadata; ALTER TABLE transcripts DROP speaker' \
	"ALTER TABLE latency_events ALTER id DROP DEFAULT, ALTER id TYPE uuid USING gen_random_uuid(), ALTER id SET DEFAULT gen_random_uuid()" \
	"ALTER TABLE latency_events ALTER id DROP DEFAULT, ALTER id TYPE varchar(40), ALTER id SET DEFAULT 'key ' || md5(random()::text)" \
	"ALTER TABLE calls ALTER metadata TYPE bytea USING NULL, ALTER status TYPE varchar(9)" \
	'ALTER TABLE latency_events ALTER duration_ms TYPE interval USING NULL; ALTER TABLE calls ALTER duration_seconds TYPE interval USING NULL' \
	'ALTER TABLE latency_events ALTER timestamp TYPE date USING NULL'; do
	empty_app_db shapes
	sql "$change"
	passes "attached: $change" attach "$db"
	sql "INSERT INTO calls (call_id, call_type, started_at, status) VALUES ('a', 'inbound', '2026-02-06T10:00:00', 'active');
		INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp) VALUES ('a', 'stt', '3', '2026-02-06T00:00:00');
		INSERT INTO transcripts (call_id, timestamp, content, event_type$(case $change in *speaker) ;; *) printf ', speaker' ;; esac))
			VALUES ('a', '2026-02-06T10:00:00', 'x', 'speech'$(case $change in *speaker) ;; *) printf ", 'user'" ;; esac))"
	is "taken: $change" "$(sql 'SELECT (SELECT count(*) FROM cm_call WHERE status IS NOT NULL), (SELECT count(*) FROM cm_latency), (SELECT count(*) FROM cm_transcript), (SELECT count(*) FROM cm_skipped)')" '1|1|1|0'
	sql "UPDATE latency_events SET call_id = 'b'; DELETE FROM calls"
	is "changed, gone: $change" "$(sql 'SELECT (SELECT count(*) FROM cm_call WHERE status IS NOT NULL), (SELECT c.call_id FROM cm_latency JOIN cm_call c USING (call_no))')" '0|b'
	sql "DELETE FROM latency_events"
	is "gone: $change" "$(sql 'SELECT count(*) FROM cm_latency')" 0
	passes "detached: $change" detach "$db"
	is "nothing is left: $change" "$(sql "$ours")" '0|0|0'
done

# A table that is partitioned by a time has that time in its key; rows are known by the column that the guide names them by.
new_db parts
sql "CREATE TABLE calls (call_id text, call_type text, started_at timestamptz, ended_at timestamptz, duration_seconds real, status text,
		PRIMARY KEY (call_id, started_at)) PARTITION BY RANGE (started_at);
	CREATE TABLE calls_1 PARTITION OF calls FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
	CREATE TABLE calls_2 PARTITION OF calls FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
	CREATE TABLE latency_events (id bigserial, call_id text, event_type text, duration_ms real, timestamp timestamptz,
		PRIMARY KEY (id, timestamp)) PARTITION BY RANGE (timestamp);
	CREATE TABLE latency_events_1 PARTITION OF latency_events DEFAULT;
	INSERT INTO calls VALUES ('a', 'inbound', '2026-01-06T10:00:00Z', NULL, NULL, 'active'), ('b', 'inbound', '2026-02-06T10:00:00Z', NULL, NULL, 'active');
	INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp) VALUES ('a', 'stt', 3, '2026-01-06T10:00:00Z')"
passes "partitioned tables are attached" attach "$db"
is "and read" "$(sql 'SELECT (SELECT count(*) FROM cm_call WHERE status IS NOT NULL), (SELECT count(*) FROM cm_latency)')" '2|1'
sql "CREATE TABLE calls_3 PARTITION OF calls FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
	INSERT INTO calls VALUES ('c', 'inbound', '2026-03-06T10:00:00Z', NULL, NULL, 'active');
	UPDATE calls SET started_at = '2026-03-07T10:00:00Z' WHERE call_id = 'a'; UPDATE latency_events SET duration_ms = 5; DELETE FROM calls WHERE call_id = 'b'"
is "written" "$(sql "SELECT call_id, started_us FROM cm_call WHERE status IS NOT NULL ORDER BY 1; SELECT duration_us FROM cm_latency")" "a|1772877600000000
c|1772791200000000
5000"
is "partitions fire always, too" "$(sql "SELECT count(*), count(*) FILTER (WHERE tgenabled = 'A') FROM pg_trigger t JOIN pg_inherits ON inhrelid = tgrelid
	WHERE tgname LIKE 'callmetrics%noted'")" '4|4'
sql 'TRUNCATE calls_3'
is "a partition that is emptied is seen by a comparison" "$("$build/jobs/follow" --once --compare "$db" >/dev/null; sql 'SELECT count(*) FROM cm_call WHERE status IS NOT NULL')" 0
passes "detached" detach "$db"
is "nothing is left of that" "$(sql "$ours")" '0|0|0'
finish
