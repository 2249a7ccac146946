#!/bin/sh
# pg-schema: on PostgreSQL everything of ours is in the schema callmetrics, wherever the voice app has its tables: nothing of the app's
# schemas is touched but for triggers, and nothing of others is in ours or goes with it.
# suites: postgres
CM_ENGINE=${CM_ENGINE:-postgres}
. "${0%/*}/lib.sh"

# Roles belong to a whole server.
own_server

# app STATEMENT: as the app says it, whose session knows nothing of ours.
app() { psql -X -q -A -t -F '|' -v ON_ERROR_STOP=1 -d "$db" -c "$1"; }

# path SCHEMAS: $db as it is where a session looks in these.
path() { printf '%s?options=-csearch_path%%3D%s' "$db" "$(printf '%s' "$1" | sed 's/,/%2C/g; s/"/%22/g; s/ /%5C%20/g')"; }

# beside: what there is beside the schema callmetrics, but for the app's tables.
beside() {
	app "SELECT 'relation', relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname !~ '^pg_|^information_schema|^callmetrics$'
			AND relkind <> 'i' AND relname !~ '^(calls|transcripts|latency_events)(_id_seq)?$'
		UNION ALL SELECT 'function', proname FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname !~ '^pg_|^information_schema|^callmetrics$'"
}

# app_in SCHEMA: the app's tables there.
app_in() {
	app "CREATE SCHEMA IF NOT EXISTS $1"
	PGOPTIONS="-c search_path=$1" psql -X -q -v ON_ERROR_STOP=1 -d "$db" -f "$top/tests/data/app-schema-postgres.sql"
}

# call SCHEMA ID: a row that the app writes.
call() { app "INSERT INTO $1.calls (call_id, call_type, started_at, status) VALUES ('$2', 'inbound', '2026-02-06T10:00:00', 'active')"; }

# calls: which of them a question counts.
calls() {
	ask dashboard days=1
	is "a question" "$status" 200
	sql "SELECT string_agg(call_id, ' ' ORDER BY call_id) || ' ' || $(json .summary.total_calls) FROM cm_call WHERE status IS NOT NULL"
}

# said: a job's words where it was refused.
said() { sed 's/^callmetrics [a-z]*: //' "$work/job.log"; }

# In the app's schema there is nothing but triggers, whose functions are found whatever the app's session looks in.
empty_app_db public
app "SELECT a.attname, a.attrelid::regclass FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
	WHERE nspname = 'public' ORDER BY 2, 1" >"$work/before"
attach "$db"
ask_db
is "nothing of ours beside the app's" "$(beside)" ''
app "SELECT a.attname, a.attrelid::regclass FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
	WHERE nspname = 'public' ORDER BY 2, 1" >"$work/after"
passes "the app's schema is what it was" cmp "$work/before" "$work/after"
is "triggers" "$(app "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'callmetrics%'")" 6
app "SET search_path = ''; INSERT INTO public.calls (call_id, call_type, started_at, status) VALUES ('a', 'inbound', '2026-02-06T10:00:00', 'active')"
app "CREATE TEMP TABLE callmetrics_journal (source bigint, row_key text, old_key text);
	CREATE FUNCTION pg_temp.text_eq(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT 1 / 0 = 1';
	SET search_path = pg_temp, public; INSERT INTO calls (call_id, call_type, started_at, status) VALUES ('b', 'inbound', '2026-02-06T10:00:00', 'active')"
is "whatever the app's session looks in" "$(calls)" 'a b 2'
is "every function keeps to our schema" "$(sql "SELECT proname FROM pg_proc WHERE pronamespace = 'callmetrics'::regnamespace
	AND (prosecdef OR prorettype = 'trigger'::regtype) AND NOT coalesce(proconfig, '{}') @> ARRAY['search_path=callmetrics, pg_temp'] ORDER BY 1")" ''

# What is shown of a question pastes into any session.
ask dashboard 'days=1&explain=1'
json '.explain[] | .statement + ";"' >"$work/explained"
passes "what is shown pastes" psql -X -q -v ON_ERROR_STOP=1 -d "$db" -f "$work/explained"

# An app's owner who has no right to ours dumps what is his; what is missing where it is restored are the triggers alone.
postgres_sql "${db##*/}" "CREATE ROLE voice LOGIN; GRANT voice TO cm; ALTER TABLE calls OWNER TO voice; ALTER TABLE transcripts OWNER TO voice; ALTER TABLE latency_events OWNER TO voice"
voice=$(postgres_url "$postgres_folder" "${db##*/}" voice)
refuses "all of it is not his to dump" "$(postgres_programs)/pg_dump" -Fc -d "$voice" -f "$work/all.dump"
passes "his own" "$(postgres_programs)/pg_dump" -Fc -N callmetrics -d "$voice" -f "$work/app.dump"
"$(postgres_programs)/pg_restore" -l "$work/app.dump" | grep -v ' callmetrics_' >"$work/list"
followed=$db
new_db restored
passes "restored, every statement of it" "$(postgres_programs)/pg_restore" --no-owner --exit-on-error -L "$work/list" -d "$db" "$work/app.dump"
is "with its rows" "$(app 'SELECT string_agg(call_id, NULL ORDER BY call_id) FROM calls; SELECT count(*) FROM pg_trigger')" 'ab
0'
db=$followed
# He may write.
db=$voice
call public c
refuses "but not look into ours" app 'SELECT count(*) FROM callmetrics.cm_call'
db=$followed
is "are taken" "$(calls)" 'a b c 3'

# Where somebody put something of his own into our schema, or made it of our tables, it is named and nothing is taken away.
for mine in 'TABLE callmetrics.notes (x int)' 'VIEW callmetrics.mine AS SELECT * FROM cm_call' 'VIEW public.mine AS SELECT * FROM cm_call' \
	'TABLE public.notes (call_no bigint REFERENCES callmetrics.cm_call)' 'FUNCTION callmetrics.mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$' \
	'TYPE callmetrics.mood AS ENUM (\$\$good\$\$)'; do
	mine=$(printf '%s' "$mine" | sed 's/\\//g')
	sql "CREATE $mine"
	name=$(printf '%s' "$mine" | sed 's/^[A-Z]* [a-z]*[.]\([a-z]*\).*/\1/')
	refuses "detach beside $mine" detach "$db"
	like "names it" "$(said)" "*is not ours would go with it: *$name*"
	is "and goes on" "$(calls)" 'a b c 3'
	sql "DROP $(printf '%s' "$mine" | sed 's/^\([A-Z]* [a-z.()]*\).*/\1/')"
done
passes "detach" detach "$db"
is "nothing is left" "$(app "SELECT to_regnamespace('callmetrics'); SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'callmetrics%'")$(beside)" '
0'

# The app's tables are where the operator says, of two that are named so where PostgreSQL finds them first; from then on every session of
# ours knows it.
empty_app_db elsewhere
app_in voice
app 'CREATE SCHEMA "Odd, one"; CREATE SCHEMA other'
call public shadow
passes "attached where the URL says" attach "$(path '"Odd, one",voice,public')"
call voice a
ask_db
is "asked without it" "$(calls)" 'a 1'
call voice b
CALLMETRICS_DB=$(path other)
is "asked with another" "$(calls)" 'a b 2'
ask_db
passes "attached again without it" attach "$db"
call public shade
is "follows what it followed" "$(calls)" 'a b 2'
app 'DELETE FROM public.calls'
refuses "attached to another" attach "$(path public)"
like "says which" "$(said)" '*the table voice.calls is followed here already, and public.calls is another*'
is "and goes on" "$(calls)" 'a b 2'
is "nothing of ours beside the app's" "$(beside)" ''
app 'CREATE TABLE other.calls (call_id text)'
passes "one more of that name, elsewhere" "$build/jobs/follow" --once --compare "$db"
is "is none of its" "$(calls)" 'a b 2'
app 'DROP TABLE other.calls'
# Moved by the app, and said anew: nothing of what it wrote before and after is missed, by a worker either that was there all the while.
serve dashboard CALLMETRICS_DB="$db" CALLMETRICS_NOW="$NOW"
send days=1
is "a worker" "$status $(json .summary.total_calls)" '200 2'
app 'ALTER TABLE voice.calls SET SCHEMA other; ALTER TABLE voice.transcripts SET SCHEMA other; ALTER TABLE voice.latency_events SET SCHEMA other;
	DROP TABLE calls, transcripts, latency_events; DROP SCHEMA voice'
call other c
send days=1
is "where they are is not known" "$status $(json .summary.total_calls)" '200 2'
passes "attached where they went" attach "$(path other)"
call other d
send days=1
is "the worker knows it, too" "$status $(json .summary.total_calls)" '200 4'
stop_worker
is "all are there" "$(calls)" 'a b c d 4'
app 'DELETE FROM other.calls WHERE call_id IN ($$a$$, $$d$$)'
is "and followed" "$(calls)" 'b c 2'

# A role that may not use the schema in which the app's tables are does not take them for missing.
passes "roles" "$build/jobs/roles" "$db"
postgres_sql postgres 'CREATE ROLE sends LOGIN IN ROLE callmetrics_writer; CREATE ROLE asks LOGIN IN ROLE callmetrics_reader'
call other d
owner=$db
db=$(postgres_url "$postgres_folder" "${owner##*/}" sends)
passes "a writer takes rows" "$build/jobs/follow" --once --compare "$db"
is "all of them" "$(calls)" 'b c d 3'
app_owner() { psql -X -q -v ON_ERROR_STOP=1 -d "$owner" -c "$1"; }
app_owner 'REVOKE USAGE ON SCHEMA other FROM callmetrics_writer, callmetrics_reader'
refuses "one who may not look there" "$build/jobs/follow" --once --compare "$db"
db=$owner
is "loses nothing" "$(calls)" 'b c d 3'
db=$(postgres_url "$postgres_folder" "${owner##*/}" asks)
CALLMETRICS_DB=$db
is "and who asks is answered" "$(calls)" 'b c d 3'
db=$owner
ask_db
passes "roles again" "$build/jobs/roles" "$db"
passes "detached" detach "$(path public)"
is "nothing is left" "$(app "SELECT to_regnamespace('callmetrics'); SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'callmetrics%';
	SELECT has_schema_privilege('callmetrics_writer', 'other', 'USAGE'), has_table_privilege('callmetrics_writer', 'other.calls', 'SELECT')")$(beside)" '
0
f|f'

# Somebody else's schema of that name is refused; an empty one is taken, by a role that could not make it.
new_db theirs
app 'CREATE SCHEMA callmetrics; CREATE FUNCTION callmetrics.f() RETURNS int LANGUAGE sql RETURN 1'
refuses "create" "$build/jobs/create" "$db"
like "says whose" "$(cat "$work/refuses.log")" "*the schema callmetrics of this database is somebody else's, with function f() in it*rename*"
app 'DROP FUNCTION callmetrics.f()'
passes "an empty one" "$build/jobs/create" "$db"
postgres_sql postgres 'CREATE ROLE small LOGIN'
empty_app_db small
owner=$db
postgres_sql "${owner##*/}" "ALTER TABLE calls OWNER TO small; ALTER TABLE transcripts OWNER TO small; ALTER TABLE latency_events OWNER TO small"
db=$(postgres_url "$postgres_folder" "${owner##*/}" small)
refuses "a role that may not make one" attach "$db"
like "says who may" "$(said)" '*small may not make the schema callmetrics; Have somebody who may run: CREATE SCHEMA callmetrics AUTHORIZATION small*'
postgres_sql "${owner##*/}" 'CREATE SCHEMA callmetrics AUTHORIZATION small'
passes "made for it" attach "$db"
ask_db
call public a
is "taken" "$(calls)" 'a 1'
passes "and detached" detach "$db"
is "it is gone" "$(app "SELECT to_regnamespace('callmetrics')")" ''

# One that an older version made beside the app's tables moves, with all that is in it and everything that was granted.
attached_db former
passes "roles" "$build/jobs/roles" "$db"
call public a
sql "INSERT INTO cm_health (component, at_us) VALUES ('w', 1)"
is "before" "$(calls)" 'a 1'
# An app may have things named as ours are.
app 'CREATE TABLE cm_campaign (x int); CREATE FUNCTION cm_campaigns() RETURNS int LANGUAGE sql RETURN 1'
beside >"$work/others"
dump >"$work/before"
sql "DO \$\$
	DECLARE one record;
	BEGIN
		DELETE FROM cm_meta WHERE key = 'app_path';
		FOR one IN SELECT oid::regclass AS name, CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END AS kind FROM pg_class
			WHERE relnamespace = 'callmetrics'::regnamespace AND relkind IN ('r', 'p', 'v') LOOP
			EXECUTE format('ALTER %s %s SET SCHEMA public', one.kind, one.name);
		END LOOP;
		FOR one IN SELECT oid, oid::regprocedure AS name, proconfig FROM pg_proc WHERE pronamespace = 'callmetrics'::regnamespace LOOP
			EXECUTE format('ALTER FUNCTION %s SET SCHEMA public', one.name);
			IF one.proconfig::text LIKE '%search_path%' THEN
				EXECUTE format('ALTER FUNCTION %s SET search_path = public, pg_temp', one.oid::regprocedure);
			END IF;
		END LOOP;
		DROP SCHEMA callmetrics;
	END \$\$"
call public b
ask dashboard
is_problem 503 '' '*of an older version; run: callmetrics migrate*'
passes "migrate" migrate "$db"
is "it is where it belongs" "$(beside)" "$(cat "$work/others")"
is "nothing was lost" "$(calls)" 'a b 2'
obeys_law "moved"
call public c
is "and it goes on" "$(calls)" 'a b c 3'
passes "migrate again" migrate "$db"
passes "the roles again" "$build/jobs/roles" "$db"
db=$(postgres_url "$postgres_folder" "${db##*/}" asks)
CALLMETRICS_DB=$db
is "who asks is answered" "$(calls)" 'a b c 3'
db=$(postgres_url "$postgres_folder" "${db##*/}")
sql 'DELETE FROM calls' >"$work/deleted"
passes "what an older version has made is detached" detach "$db"
is "others' things stay" "$(beside)" "$(cat "$work/others")"
is "nothing else does" "$(app "SELECT to_regnamespace('callmetrics')")" ''
finish
