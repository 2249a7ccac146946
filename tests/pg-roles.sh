#!/bin/sh
# pg-roles: who asks cannot write, and who is bound to a tenant sees no other's rows, whatever its session sets and however it asks.
# suites: postgres
CM_ENGINE=${CM_ENGINE:-postgres}
. "${0%/*}/lib.sh"

# Roles belong to a whole server.
own_server
made_db
owner=$db
passes "the roles" "$build/jobs/roles" "$db"
passes "again" "$build/jobs/roles" "$db"
sql "ANALYZE cm_call, cm_series; INSERT INTO cm_cost (series_id, service, usage_unit, usage_micro, at_us)
		SELECT min(series_id), 'stt', 'seconds', 1, 1 FROM cm_series WHERE tenant_id = 'globex';
	INSERT INTO cm_health (series_id, component, component_id, status, at_us)
		SELECT min(series_id), 'worker', 'w', 'healthy', 1 FROM cm_series WHERE tenant_id = 'globex'"
postgres_sql postgres "CREATE ROLE asks LOGIN IN ROLE callmetrics_reader; CREATE ROLE of_acme LOGIN IN ROLE callmetrics_reader;
	CREATE ROLE sends LOGIN IN ROLE callmetrics_writer; CREATE ROLE stranger LOGIN"
sql "INSERT INTO cm_tenant_role VALUES ('of_acme', 'acme')"

# as ROLE: $db is the database as it is for that role.
as() {
	db=$(postgres_url "$postgres_folder" "${owner##*/}" "$1")
	CALLMETRICS_DB=$db
}

# answers FOLDER [NAME=VALUE ...]: of every question.
answers() {
	answers_in=$work/$1
	shift
	mkdir -p "$answers_in"
	for answers_of in dashboard?days=20 hourly?days=20 daily?days=40 latency?days=20 health failures?limit=1000 latency-events?days=3 \
		export?days=366 prometheus; do
		answers_query=${answers_of#*[?]}
		[ "$answers_query" != "$answers_of" ] || answers_query=
		ask "${answers_of%%[?]*}" "$answers_query" "$@"
		# Health is 503 where it is degraded, too.
		like "$answers_of" "$status" '[25]0[03]'
		unlike "$answers_of" "$(header Content-Type)" '*problem*'
		cp "$work/body" "$answers_in/${answers_of%%[?]*}"
	done
}

# A role that asks gets the answers that the owner gets, of all and of a tenant.
answers owner
answers owner-acme CALLMETRICS_TENANT=acme
as asks
answers asks
passes "who asks gets every answer" diff -r "$work/owner" "$work/asks"
answers asks-acme CALLMETRICS_TENANT=acme
passes "and every answer about a tenant" diff -r "$work/owner-acme" "$work/asks-acme"
refuses "the answers differ" cmp "$work/owner/export" "$work/owner-acme/export"

# A role that asks changes nothing.
tables=$(db=$owner; sql "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relname LIKE 'cm!_%' ESCAPE '!' ORDER BY 1")
isnt "there are tables" "$(echo "$tables" | wc -l)" 1
dump_of_owner() { (db=$owner && dump) }
dump_of_owner >"$work/before"
for role in asks of_acme stranger; do
	as "$role"
	for table in $tables; do
		refuses "$role empties $table" sql "SET default_transaction_read_only = off; DELETE FROM $table"
		refuses "$role truncates $table" sql "TRUNCATE $table"
		refuses "$role drops $table" sql "DROP TABLE $table"
		refuses "$role adds to $table" sql "INSERT INTO $table SELECT * FROM $table"
		refuses "$role opens $table" sql "ALTER TABLE $table DISABLE ROW LEVEL SECURITY"
	done
	for statement in "DELETE FROM calls" "UPDATE calls SET status = 'x'" 'CREATE TABLE mine (x int)' 'SET ROLE callmetrics_writer' 'SET ROLE cm' \
		'SET SESSION AUTHORIZATION cm' 'SET session_replication_role = replica' "ALTER ROLE $role BYPASSRLS" \
		"UPDATE cm_tenant_role SET tenant_id = 'globex'"; do
		refuses "$role: $statement" sql "$statement"
	done
	# What runs with its owner's rights is not theirs to call; triggers run with a statement only.
	is "$role may call nothing of the owner's" "$(sql "SELECT proname FROM pg_proc WHERE prosecdef AND prorettype <> 'trigger'::regtype
		AND proname LIKE 'cm!_%' ESCAPE '!' AND has_function_privilege(oid, 'EXECUTE') ORDER BY 1")" ''
done
dump_of_owner >"$work/after"
passes "nothing was changed" cmp "$work/before" "$work/after"
as stranger
for table in $tables; do
	refuses "a stranger reads $table" sql "SELECT count(*) FROM $table"
done

# others SETTING: how many rows $db shows that are not acme's, when the session has set that.
others() {
	sql <<-END
		$1;
		SELECT (SELECT count(*) FROM cm_call WHERE tenant_id <> 'acme'),
			(SELECT count(*) FROM cm_latency JOIN cm_series USING (series_id) WHERE tenant_id <> 'acme'),
			(SELECT count(*) FROM cm_v_calls WHERE tenant_id <> 'acme'), (SELECT count(*) FROM cm_v_steps WHERE tenant_id <> 'acme'),
			(SELECT count(*) FROM cm_series WHERE tenant_id <> 'acme'), (SELECT count(*) FROM cm_cost), (SELECT count(*) FROM cm_health),
			(SELECT count(*) FROM cm_call_event), (SELECT count(*) FROM cm_event),
			(SELECT count(*) FROM cm_skipped);
	END
}
db=$owner
unlike "there are others" "$(others "SET callmetrics.tenant = ''" | sed 's/|0|0$//')" '*|0|*'
all=$(sql 'SELECT count(*) FROM cm_call')
acme=$(sql "SELECT count(*) FROM cm_call WHERE tenant_id = 'acme'")
isnt "and acme" "$acme" 0
as asks
is "who asks, of all" "$(sql 'SELECT count(*) FROM cm_call')" "$all"
is "who asks, behind the second wall" "$(sql "SET callmetrics.tenant = 'acme'; SELECT count(*) FROM cm_call")" "$acme"
is "and nobody else's rows" "$(others "SET callmetrics.tenant = 'acme'")" '0|0|0|0|0|0|0|0|0|0'
is "of nobody" "$(sql "SET callmetrics.tenant = 'nobody'; SELECT count(*) FROM cm_call")" 0
as of_acme
for setting in 'SET callmetrics.tenant = acme' 'SET callmetrics.tenant = globex' "SET callmetrics.tenant = ''" 'RESET ALL' 'DISCARD ALL' \
	'SET ROLE callmetrics_reader' 'SET row_security = on' "SET search_path = pg_temp, callmetrics; CREATE TEMP TABLE cm_tenant_role (role_name text, tenant_id text)" \
	"CREATE FUNCTION pg_temp.cm_wall() RETURNS text LANGUAGE sql AS 'SELECT NULL::text'" "SET application_name = 'callmetrics'"; do
	is "bound to acme: $setting" "$(printf '%s;\nSELECT count(*) FROM cm_call;\n' "$setting" | sql | tail -n 1)" "$acme"
	is "nobody else's: $setting" "$(others "$setting" | tail -n 1)" '0|0|0|0|0|0|0|0|0|0'
done
refuses "around the wall" sql 'SET row_security = off; SELECT count(*) FROM cm_call'
# A function that tells what it sees is not asked about rows of others.
sql "CREATE FUNCTION pg_temp.tell(t text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS 'BEGIN RAISE WARNING ''%'', t; RETURN true; END';
	SELECT count(*) FROM cm_call WHERE pg_temp.tell(call_id)" >"$work/told" 2>&1
is "a function that tells" "$(grep -c WARNING "$work/told")" "$acme"
is "statistics tell nothing" "$(sql "SELECT count(*) FROM pg_stats WHERE tablename IN ('cm_call', 'cm_series')")" 0
answers of-acme CALLMETRICS_TENANT=acme
passes "its answers are acme's" diff -r "$work/owner-acme" "$work/of-acme"
ask export 'days=366&format=ndjson'
is "without a filter" "$(wc -l <"$work/body")" "$(jq '.calls | length' "$work/owner-acme/export")"
ask export 'days=366&format=ndjson&tenant_id=globex'
is "with another's" "$(wc -l <"$work/body")" 0

# A role that sends takes events in, and neither drops nor binds.
own_db
owner=$db
passes "the roles of our own" "$build/jobs/roles" "$db"
as sends
CALLMETRICS_NOW=2026-03-02T11:00:00Z
post events "$top/tests/events/example.ndjson"
is "who sends" "$status $(json .accepted)" '200 16'
post events "$top/tests/events/example.ndjson"
is "sends again" "$status $(json .duplicates)" '200 16'
for statement in 'DROP TABLE cm_call' 'ALTER TABLE cm_call DISABLE ROW LEVEL SECURITY' 'TRUNCATE cm_call' "INSERT INTO cm_tenant_role VALUES ('x', 'y')"; do
	refuses "who sends: $statement" sql "$statement"
done
as asks
sed 's/"event_id": "0b/"event_id": "1c/' "$top/tests/events/example.ndjson" >"$work/new"
post events "$work/new"
is "who asks does not send" "$status" 503
db=$owner
obeys_law "what was sent"
finish
