#!/bin/sh
# pg-follow: whatever writers do at once, in whatever isolation, by replication, and whoever is killed meanwhile: in the end the facts are
# what the app's rows tell, no ghost and no gap; and a write of the app costs next to nothing more.
# suites: postgres
CM_ENGINE=${CM_ENGINE:-postgres}
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

own_server 'wal_level = logical' 'max_worker_processes = 12' 'deadlock_timeout = 100ms'
programs=$(postgres_programs)

# differences: of the facts and the app's rows, a line each; nothing where they are the same.
differences() {
	sql <<-'END'
		WITH facts AS (SELECT call_id, status, duration_us FROM cm_call WHERE status IS NOT NULL),
			rows AS (SELECT call_id, status, round(duration_seconds::numeric * 1000000)::bigint FROM calls)
		SELECT 'call that is a ghost', * FROM (SELECT * FROM facts EXCEPT ALL SELECT * FROM rows) x
		UNION ALL SELECT 'call that is missing', * FROM (SELECT * FROM rows EXCEPT ALL SELECT * FROM facts) x;
		WITH facts AS (SELECT l.latency_id, c.call_id, l.duration_us FROM cm_latency l JOIN cm_call c ON c.call_no = l.call_no),
			rows AS (SELECT id, call_id, round(duration_ms::numeric * 1000)::bigint FROM latency_events)
		SELECT 'step that is a ghost', * FROM (SELECT * FROM facts EXCEPT ALL SELECT * FROM rows) x
		UNION ALL SELECT 'step that is missing', * FROM (SELECT * FROM rows EXCEPT ALL SELECT * FROM facts) x;
		SELECT 'not understood', * FROM cm_skipped;
		SELECT 'not taken', count(*) FROM callmetrics_journal HAVING count(*) > 0;
	END
}

# agrees WHAT: they are the same, so are the rollups, and reading all rows anew mends nothing.
agrees() {
	is "$1: facts and rows" "$(differences | head -n 10)" ''
	obeys_law "$1"
	is "$1: nothing was missed" "$("$build/jobs/follow" --once --compare "$db" 2>/dev/null | tail -n 1)" 'taken in; rows that were mended: 0'
}

# What eight writers do: calls come, change and go, and so do their steps; some take it back.  A call is written before steps, so that
# none waits in a circle of the app's own making: any deadlock is ours.
cat >"$work/writes.sql" <<'END'
\set id random(1, 150)
\set other random(1, 150)
\set op random(1, 12)
\set ms random(1, 5000)
BEGIN;
\if :op <= 5
INSERT INTO calls (call_id, call_type, started_at, status, metadata) VALUES ('c' || :id, 'inbound', '2026-02-06T10:00:00', 'active',
	'{"tenant_id":"t' || :id % 7 || '","agent":"a' || :ms % 3 || '"}')
	ON CONFLICT (call_id) DO UPDATE SET status = 'completed', duration_seconds = :ms, metadata = excluded.metadata;
INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp) VALUES ('c' || :id, 'stt', :ms, '2026-02-06T10:00:01');
\elif :op <= 8
UPDATE calls SET status = 'failed', duration_seconds = :ms WHERE call_id = 'c' || :other;
UPDATE latency_events SET duration_ms = :ms WHERE id = (SELECT max(id) FROM latency_events WHERE call_id = 'c' || :id);
\elif :op <= 10
DELETE FROM calls WHERE call_id = 'c' || :id;
DELETE FROM latency_events WHERE call_id = 'c' || :id;
\else
DELETE FROM calls WHERE call_id = 'c' || :id;
INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp) VALUES ('c' || :other, 'tts', :ms, '2026-02-06T10:00:01');
\endif
\if :op = 12
ROLLBACK;
\else
COMMIT;
\endif
END

# writers ISOLATION SECONDS [RATE]: eight of them, as fast as they can or so many transactions a second; sets writers, the process.
writers() {
	PGOPTIONS="-c default_transaction_isolation=$(printf '%s' "$1" | sed 's/ /\\ /g')" "$programs/pgbench" -n -c 8 -j 2 -T "$2" --max-tries=2000 \
		${3:+--rate="$3"} -f "$work/writes.sql" "$db" >"$work/wrote" 2>&1 &
	writers=$!
	later "$writers"
}

# follower: one that runs for good, on $db; sets follower.
follower() {
	"$build/jobs/follow" "$db" >"$work/followed" 2>&1 &
	follower=$!
	later "$follower"
}

seconds=${PG_FOLLOW_SECONDS:-6}
for isolation in 'read committed' 'repeatable read' serializable; do
	attached_db iso
	# The database's own default is not ours.
	postgres_sql postgres "ALTER DATABASE ${db##*/} SET default_transaction_isolation = '$isolation'"
	follower
	writers "$isolation" "$seconds"
	asked=0
	while kill -0 "$writers" 2>/dev/null; do
		ask dashboard
		[ "$status" = 200 ] || wrong "$isolation: a question meanwhile" "$status $(cat "$work/body")"
		asked=$((asked + 1))
	done
	passes "$isolation: the writers" wait "$writers"
	isnt "$isolation: questions were asked" "$asked" 0
	is "$isolation: no write failed for good" "$(sed -n 's/^number of failed transactions: \([0-9]*\) .*/\1/p' "$work/wrote")" 0
	wrote=$(sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' "$work/wrote")
	echo "$isolation: $wrote transactions, $asked questions"
	end_process "$follower"
	agrees "$isolation"
done
is "deadlocks" "$(grep -A 6 'deadlock detected' "$postgres_folder/log" || :)" ''

# A question sees what was committed before it was asked, each time, whatever is written meanwhile, beside a follower and without.  It
# waits two seconds for that, which a machine that is busy with other things may need more of: then it says that it is behind.
questions=${PG_FOLLOW_QUESTIONS:-20}
for beside in nobody follower; do
	attached_db "sees_$beside"
	[ "$beside" = nobody ] || follower
	writers 'read committed' 600 "$((100000 / ${CM_PACE:-100}))"
	i=0
	late=0
	behind=0
	while [ "$i" -lt "$questions" ]; do
		i=$((i + 1))
		psql -X -q -d "$db" -c "INSERT INTO calls (call_id, call_type, started_at, status) VALUES ('s$i', 'inbound', '2026-02-06T07:00:00', 'active')"
		ask dashboard 'start_time=2026-02-06T06:30:00Z&end_time=2026-02-06T07:30:00Z'
		if [ -n "$(header X-Callmetrics-Behind)" ]; then
			behind=$((behind + 1))
		elif [ "$(json .summary.total_calls)" != "$i" ]; then
			late=$((late + 1))
		fi
	done
	is "beside $beside: the writers still wrote" "$(kill -0 "$writers" 2>/dev/null && echo yes)" yes
	end_process "$writers"
	[ "$beside" = nobody ] || end_process "$follower"
	is "beside $beside: questions that came before what was committed" "$late" 0
	allowed=$((${CM_PACE:-100} < 150 ? 0 : questions / 10))
	passes "beside $beside: $behind questions were told to be behind, of $allowed at most" test "$behind" -le "$allowed"
	echo "beside $beside: $i questions, $late late, $behind behind"
done

# The follower is killed, again and again, and what it was told by the server with it.
attached_db killed
writers 'read committed' "$seconds"
kills=0
while kill -0 "$writers" 2>/dev/null; do
	follower
	sleep 0.3
	if [ $((kills % 2)) -eq 0 ]; then
		kill -9 "$follower" 2>/dev/null || :
	else
		postgres_sql postgres "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'callmetrics' AND datname = '${db##*/}'" >/dev/null
		end_process "$follower"
	fi
	wait "$follower" 2>/dev/null || :
	kills=$((kills + 1))
done
passes "followers killed: the writers" wait "$writers"
isnt "some were killed" "$kills" 0
agrees "$kills followers killed"

# A backend of the follower that dies takes the whole server down; it comes back with all or nothing of a transaction.
crashes=0
for pause in 0.2 0.5; do
	follower
	writers 'read committed' 2
	sleep "$pause"
	backend=$(postgres_sql postgres "SELECT pid FROM pg_stat_activity WHERE application_name = 'callmetrics' AND datname = '${db##*/}' LIMIT 1")
	! kill -9 "$backend" 2>/dev/null || crashes=$((crashes + 1))
	wait "$writers" 2>/dev/null || :
	end_process "$follower"
	until psql -X -q -d "$db" -c 'SELECT 1' >/dev/null 2>&1; do
		sleep 0.1
	done
	agrees "after crash $crashes"
done
isnt "the server crashed" "$crashes" 0

# Writes that fire no ordinary trigger: of a session that applies what was replicated, and of a subscription.
attached_db replica
replica_sql() {
	PGOPTIONS='-c session_replication_role=replica' psql -X -q -v ON_ERROR_STOP=1 -d "$(postgres_url "$postgres_folder" "${db##*/}" postgres)" -c "$1"
}
replica_sql "INSERT INTO calls (call_id, call_type, started_at, status) SELECT 'r' || i, 'inbound', '2026-02-06T10:00:00', 'active' FROM generate_series(1, 9) i;
	UPDATE calls SET status = 'completed', duration_seconds = 4 WHERE call_id < 'r5'; DELETE FROM calls WHERE call_id = 'r9'"
is "a replica's session" "$(sql 'SELECT count(*), count(duration_us) FROM cm_call')" '8|4'
agrees "a replica's session"
subscriber=$db
empty_app_db publisher
publisher=$db
sql "INSERT INTO calls (call_id, call_type, started_at, status) VALUES ('first', 'inbound', '2026-02-06T10:00:00', 'active')"
postgres_sql "${publisher##*/}" "CREATE PUBLICATION app FOR TABLE calls, latency_events"
postgres_sql "${publisher##*/}" "SELECT pg_create_logical_replication_slot('app', 'pgoutput')" >/dev/null
postgres_sql "${subscriber##*/}" "CREATE SUBSCRIPTION app CONNECTION 'host=$postgres_folder user=postgres dbname=${publisher##*/}' PUBLICATION app
	WITH (create_slot = false, slot_name = 'app')"
sql "INSERT INTO calls (call_id, call_type, started_at, status) SELECT 'p' || i, 'inbound', '2026-02-06T10:00:00', 'active' FROM generate_series(1, 500) i;
	INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp) SELECT call_id, 'stt', 7, started_at FROM calls;
	UPDATE calls SET status = 'failed' WHERE call_id < 'p3'; DELETE FROM calls WHERE call_id LIKE 'p%9'; UPDATE calls SET call_id = 'q' WHERE call_id = 'p1'"
rows="SELECT count(*), min(call_id), max(call_id), (SELECT count(*) FROM latency_events) FROM calls WHERE call_id NOT LIKE 'r%'"
want=$(sql "$rows")
db=$subscriber
left=300
until [ "$(psql -X -q -A -t -F '|' -d "$db" -c "$rows")" = "$want" ] || [ "$left" -eq 0 ]; do
	sleep 0.1
	left=$((left - 1))
done
isnt "replicated in time" "$left" 0
is "what a subscription applied" "$(sql "SELECT count(*), min(call_id), max(call_id), (SELECT count(*) FROM cm_latency) FROM cm_call WHERE call_id NOT LIKE 'r%'
	AND status IS NOT NULL")" "$want"
agrees "a subscription"
postgres_sql "${subscriber##*/}" "ALTER SUBSCRIPTION app DISABLE; ALTER SUBSCRIPTION app SET (slot_name = NONE); DROP SUBSCRIPTION app"

# What no trigger saw is mended by a comparison; triggers that are switched off are noticed.
sql "ALTER TABLE calls DISABLE TRIGGER ALL; DELETE FROM calls WHERE call_id LIKE 'r%'; UPDATE calls SET status = 'timeout' WHERE call_id = 'q';
	ALTER TABLE calls ENABLE TRIGGER ALL; ALTER TABLE calls ENABLE ALWAYS TRIGGER callmetrics_calls_noted, ENABLE ALWAYS TRIGGER callmetrics_calls_emptied" 2>/dev/null ||
	postgres_sql "${db##*/}" "SET session_replication_role = origin; ALTER TABLE calls DISABLE TRIGGER USER; DELETE FROM calls WHERE call_id LIKE 'r%';
	UPDATE calls SET status = 'timeout' WHERE call_id = 'q'; ALTER TABLE calls ENABLE ALWAYS TRIGGER callmetrics_calls_noted;
	ALTER TABLE calls ENABLE ALWAYS TRIGGER callmetrics_calls_emptied"
isnt "not seen" "$(differences)" ''
is "mended" "$("$build/jobs/follow" --once --compare "$db" 2>/dev/null | tail -n 1)" 'taken in; rows that were mended: 9'
agrees "mended"
psql -X -q -d "$db" -c 'ALTER TABLE calls DISABLE TRIGGER callmetrics_calls_noted'
"$build/jobs/follow" --once "$db" >/dev/null 2>&1
is "made again" "$(psql -X -q -A -t -d "$db" -c "SELECT tgenabled FROM pg_trigger WHERE tgname = 'callmetrics_calls_noted'")" A

# A key's column that is renamed, or a column that is read, fails no write of the app.
attached_db renamed
psql -X -q -d "$db" -c "ALTER TABLE latency_events RENAME COLUMN id TO step_id; ALTER TABLE calls RENAME COLUMN has_audio TO audio"
passes "the app writes" psql -X -q -v ON_ERROR_STOP=1 -d "$db" -c "INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp)
	VALUES ('x', 'stt', 5, '2026-02-06T10:00:00'); UPDATE latency_events SET duration_ms = 6;
	INSERT INTO calls (call_id, call_type, started_at, status, audio) VALUES ('x', 'inbound', '2026-02-06T10:00:00', 'active', 1)"
is "and it is taken in" "$(sql 'SELECT (SELECT duration_us FROM cm_latency), (SELECT call_id FROM cm_call WHERE status IS NOT NULL)')" '6000|x'

# What the triggers cost: the same statements on two tables, by turns, in one session.
attached_db cost
cost=$(sql <<-'SQL'
	CREATE TABLE plain (LIKE calls INCLUDING ALL);
	CREATE TABLE cost (followed boolean, us double precision);
	SET synchronous_commit = off;
	DO $$
	DECLARE
		began timestamptz;
		name text;
	BEGIN
		FOR i IN 1 .. 9000 LOOP
			FOREACH name IN ARRAY CASE i % 2 WHEN 0 THEN ARRAY['plain', 'calls'] ELSE ARRAY['calls', 'plain'] END LOOP
				began := clock_timestamp();
				IF i % 3 = 0 AND name = 'calls' THEN
					INSERT INTO calls (call_id, call_type, started_at, status) VALUES (i / 3, 'inbound', '2026-02-06T10:00:00', 'active');
				ELSIF i % 3 = 0 THEN
					INSERT INTO plain (call_id, call_type, started_at, status) VALUES (i / 3, 'inbound', '2026-02-06T10:00:00', 'active');
				ELSIF i % 3 = 1 AND name = 'calls' THEN
					UPDATE calls SET status = 'completed', duration_seconds = 5 WHERE call_id = (i / 3)::text;
				ELSIF i % 3 = 1 THEN
					UPDATE plain SET status = 'completed', duration_seconds = 5 WHERE call_id = (i / 3)::text;
				ELSIF name = 'calls' THEN
					DELETE FROM calls WHERE call_id = (i / 3)::text;
				ELSE
					DELETE FROM plain WHERE call_id = (i / 3)::text;
				END IF;
				INSERT INTO cost VALUES (name = 'calls', extract(epoch FROM clock_timestamp() - began) * 1000000);
			END LOOP;
			COMMIT;
		END LOOP;
	END
	$$;
	SELECT round((percentile_cont(0.5) WITHIN GROUP (ORDER BY us) FILTER (WHERE followed)
		- percentile_cont(0.5) WITHIN GROUP (ORDER BY us) FILTER (WHERE NOT followed))::numeric, 1) FROM cost;
	SQL
)
echo "a write that is followed takes $cost us more (median of 9 000 pairs)"
is "no more than 30 us" "$(echo "$cost" | awk -v most="$(scaled 30)" '{ print ($1 <= most) }')" 1
finish
