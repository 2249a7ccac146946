#!/bin/sh
# repack: a database of version 3, whose rollups were rows, is brought up to date by packs: answers are those of before, of pruned facts too,
# and a migration that is broken off is gone on with.
# suites: normal postgres
. "${0%/*}/lib.sh"

# former_db NAME: a database as version 3 left it: some facts are pruned, and some are not in the rollups yet.
former_db() {
	new_db "$1"
	xz -dc "$top/tests/data/version-3$(chosen '' -postgres).sql.xz" >"$work/former.sql"
	sql <"$work/former.sql" >"$work/made" 2>&1
	ask_db
}

# answers: of the programs of this version, into a file.
answers() {
	while read -r question query; do
		ask "$question" "$query"
		printf '%s?%s\n%s\n' "$question" "$query" "$(cat "$work/body")"
	done >"$work/answers" <<-END
		dashboard
		dashboard tenant_id=acme&hours=30
		dashboard hours=30&agent=anna
		dashboard hours=3&provider=none
		hourly hours=12
		daily days=30
		daily days=20&tenant_id=bolt&call_type=outbound
		latency hours=720
		latency hours=2
		prometheus tenant_id=acme
	END
}

former_db former
isnt "some facts pend" "$(sql "SELECT count(*) FROM cm_pending")" 0
ask dashboard
is "status before" "$status" 503
like "what to do" "$(json .detail)" '*callmetrics migrate*'
passes "migrate" migrate "$db"
is "its version" "$(sql "SELECT value FROM cm_meta WHERE key = 'schema_version'")" 4
answers
same_as_golden answers-of-version-3.txt "$work/answers"
obeys_law "migrated"
code=0
"$build/jobs/check" "$db" >"$work/told" 2>&1 || code=$?
is "check finds nothing" "$code" 0
counted=$(sql "SELECT sum(n) FROM cm_counter")

# counts_alone: of each label by itself, what its counters and those of the combinations that have it differ in.
counts_alone() {
	for label in agent agent_version provider call_type; do
		sql "SELECT '$label', s.$label, e.kind, sum(CASE s.scope WHEN '$label' THEN e.n ELSE -e.n END),
				sum(CASE s.scope WHEN '$label' THEN e.sum_us ELSE -e.sum_us END)
			FROM cm_series s JOIN cm_counter e USING (series_id)
			WHERE s.scope = '$label' OR s.scope = 'labels' AND s.$label <> '' GROUP BY 1, 2, 3
			HAVING sum(CASE s.scope WHEN '$label' THEN e.n ELSE -e.n END) <> 0
				OR sum(CASE s.scope WHEN '$label' THEN e.sum_us ELSE -e.sum_us END) <> 0"
	done
}
isnt "labels have counters of their own" "$(sql "SELECT count(*) FROM cm_series s JOIN cm_counter e USING (series_id) WHERE s.scope = 'agent'")" 0
is "which are those of their combinations" "$(counts_alone)" ''
is "and each counts into them" "$(sql "SELECT count(*) FROM cm_series f WHERE f.scope = 'full' AND f.call_type <> '' AND NOT EXISTS (SELECT 1
	FROM cm_marginal m JOIN cm_series s ON s.series_id = m.into_id WHERE m.series_id = f.series_id AND s.scope = 'call_type'
		AND s.call_type = f.call_type)")" 0
is "no series is left over" "$(sql "SELECT count(*) FROM cm_series s WHERE s.scope <> 'full'
	AND NOT EXISTS (SELECT 1 FROM cm_marginal m WHERE m.into_id = s.series_id)")" 0

# It is what a new one is, but for what is in it.
objects() {
	if [ "$engine" = sqlite ]; then
		sql "SELECT type, name FROM sqlite_master WHERE name LIKE 'cm!_%' ESCAPE '!' ORDER BY 1, 2; SELECT name FROM pragma_table_info('cm_state')"
	else
		sql "SELECT relkind, relname FROM pg_class WHERE relname LIKE 'cm\_%' ORDER BY 2; SELECT proname FROM pg_proc WHERE proname LIKE 'cm\_%' ORDER BY 1;
			SELECT tgname FROM pg_trigger WHERE tgname LIKE 'cm\_%' ORDER BY 1; SELECT attname FROM pg_attribute WHERE attrelid = 'cm_state'::regclass
			AND attnum > 0 AND NOT attisdropped ORDER BY 1"
	fi
}
objects >"$work/migrated"
own_db
objects >"$work/new"
# Months are made as they come.
passes "no object is left, none is missing" sh -c "grep -v '_20[0-9][0-9]_' '$work/migrated' >'$work/one'; grep -v '_20[0-9][0-9]_' '$work/new' >'$work/other'; diff '$work/one' '$work/other'"

# Broken off, and again, and run to its end.
for pause in 0.004 0.008 0.012 0.02 0.03 0.05; do
	former_db broken
	for again in 1 2; do
		"$build/jobs/migrate" "$db" >"$work/job.log" 2>&1 &
		broken_pid=$!
		sleep "$pause"
		kill -9 "$broken_pid" 2>/dev/null || :
		wait "$broken_pid" 2>/dev/null || :
	done
	passes "migrate after it was killed, $pause, $again times" migrate "$db"
	answers
	same_as_golden answers-of-version-3.txt "$work/answers"
	is "killed after $pause: counters" "$(sql "SELECT sum(n) FROM cm_counter")" "$counted"
	is "killed after $pause: those of labels" "$(counts_alone)" ''
	obeys_law "killed after $pause"
done
finish
