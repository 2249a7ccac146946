#!/bin/sh
# import: a file's calls count once, however often, in whatever order and pieces they come; a bad line costs no other; what was
# exported is the same when it comes back.
# suites: normal postgres sanitize valgrind
. "${0%/*}/lib.sh"

# The clock of the questions stands still, and calls that ended just before it are to be counted.
CALLMETRICS_SETTLE_S=0
export CALLMETRICS_SETTLE_S

# take FILE [option ...]: imports it into $db; sets taken, its exit status, and $work/out and err.
take() {
	taken=0
	# shellcheck disable=SC2086 # words
	${CM_RUN:-} "$build/jobs/import" --exclusive "$@" "$db" >"$work/out" 2>"$work/err" || taken=$?
}

# said: what it said of its calls: added, changed, known, rejected; by an earlier run where that read the file already.
said() {
	sed -n -e 's/.*by a run that added \([0-9]*\) calls, changed \([0-9]*\), knew \([0-9]*\) lines already and rejected \([0-9]*\);.*/\1 \2 \3 \4/p' \
		-e 's/.*: \([0-9]*\) calls added, \([0-9]*\) changed, \([0-9]*\) lines known already, \([0-9]*\) rejected.*/\1 \2 \3 \4/p' "$work/out"
}

# fresh: an empty database of our own.
fresh() {
	own_db
}

# calls: all that the database holds of calls.
calls() {
	sql "SELECT c.call_id, s.tenant_id, s.agent, s.agent_version, s.provider, c.call_type, caller_number, callee_number, started_us,
			ended_us, duration_us, bin, status, failure_reason, has_audio, has_transcript, metadata
		FROM cm_call c JOIN cm_series s USING (series_id) ORDER BY 1"
}

# held: and what it has ever counted; without the numbers that it gave.
held() {
	calls
	sql "SELECT s.scope, s.tenant_id, s.agent, s.agent_version, s.provider, s.call_type, kind, outcome, sum(n), sum(n_owed),
			sum(n_value), sum(sum_us)
		FROM cm_counter x JOIN cm_series s USING (series_id)
		GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8"
}

# of_call ID
of_call() {
	sql "SELECT c.call_type, status, failure_reason, started_us, ended_us, duration_us, has_transcript, has_audio, s.tenant_id, s.agent,
		s.agent_version FROM cm_call c JOIN cm_series s USING (series_id) WHERE call_id = '$1'"
}

# file NAME: a file of what is given, with CR LF.
file() {
	sed 's/$/\r/' >"$work/$1"
}

# Our own form: a byte order mark, quotes, line breaks in them, and every column.
fresh
{
	printf '\357\273\277'
	cat <<-'CSV'
		call_id,call_type,caller_number,callee_number,started_at,ended_at,duration_seconds,status,has_transcript,has_audio,tenant_id,agent,provider,failure_reason,metadata
		a,inbound,+49301,"+49 (30) ""2""",2026-02-06T10:00:00.000Z,2026-02-06T10:01:01.500Z,61.500001,completed,true,false,acme,desk,twilio,,"{""agent_version"":""v1"",""note"":""a
		b""}"

		"b, the second",outbound,,,2026-02-06T10:00:00.250Z,2026-02-06T10:00:10.000Z,9.75,failed,0,1,,,,llm_error,
		c,outbound,,,2026-02-06T10:20:00.000Z,,,active,f,T,,,,,not JSON
	CSV
} | file ours.csv
take "$work/ours.csv"
is "ours" "$taken $(said)" "0 3 0 0 0"
is "a call" "$(of_call a)" 'inbound|completed||1770372000000000|1770372061500000|61500001|1|0|acme|desk|v1'
is "a failed one" "$(of_call 'b, the second')" 'outbound|failed|api_error|1770372000250000|1770372010000000|9750000|0|1|||'
is "one that goes on" "$(of_call c)" 'outbound|active||1770373200000000|||0|1|||'
is "its texts" "$(sql "SELECT callee_number, metadata FROM cm_call WHERE call_id = 'a'")" "$(printf '+49 (30) "2"|{"agent_version":"v1","note":"a\r\nb"}')"
is "what makes no JSON is kept" "$(sql "SELECT metadata FROM cm_call WHERE call_id = 'c'")" 'not JSON'
passes "no file of rejected lines" test ! -e "$work/ours.csv.rejected"
held >"$work/held"
take "$work/ours.csv"
is "the same file again" "$taken $(cat "$work/out")" \
	"0 $work/ours.csv: nothing was read: it was taken before, by a run that added 3 calls, changed 0, knew 0 lines already and rejected 0; --again reads it once more"
take "$work/ours.csv" --again
is "read again" "$taken $(said)" "0 0 0 3 0"
passes "from the command line, which knows the database" env CALLMETRICS_BUILD="$build" "$top/scripts/callmetrics" import "$work/ours.csv"
touch -d 2026-01-01 "$work/ours.csv"
take "$work/ours.csv"
is "a copy of it" "$taken $(said)" "0 0 0 3 0"
held >"$work/again"
passes "nothing is counted twice" cmp "$work/held" "$work/again"
obeys_law "ours"

# Theirs: a map, other times, what is not told, and as early and long as an operator lets it be.
export CALLMETRICS_OLDEST=1970-01-01T00:00:00Z CALLMETRICS_CALL_SECONDS_MOST=31622400
file theirs.csv <<-'CSV'
	Id,Start Time,Length,Direction,Result,Notes
	u,1770372000.5,1e1,Inbound,success,x
	v,2026-02-06 10:00:00,.0000005,OUTBOUND,ERROR,y
	w,2026-02-06 12:00:00+02,31622400,,canceled,z
	x,2026-02-06T10:00:00,0,,timeout,
	y,2026-02-06T11:00:00.123456+01:00,12.3456784999,,ended,
CSV
take "$work/theirs.csv" --map 'call_id=Id,started_at=Start Time,duration_seconds=Length' --map status=Result,call_type=Direction
is "theirs" "$taken $(said)" "0 5 0 0 0"
like "what means nothing is told" "$(cat "$work/err")" '*mean nothing here: Notes'
is "Unix seconds, a length that is a power of ten" "$(of_call u)" 'inbound|completed||1770372000500000|1770372010500000|10000000|0|0|||'
is "a day and a time are UTC, half up" "$(of_call v)" 'outbound|failed|unknown|1770372000000000|1770372000000001|1|0|0|||'
is "a whole hour's offset, the longest call" "$(of_call w)" 'inbound|cancelled||1770372000000000|1801994400000000|31622400000000|0|0|||'
is "nothing is a length" "$(of_call x)" 'inbound|timeout|timeout|1770372000000000|1770372000000000|0|0|0|||'
is "half down" "$(of_call y)" 'inbound|completed||1770372000123456|1770372012469134|12345678|0|0|||'
file ends.csv <<-'CSV'
	call_id,ended_at,duration_seconds,agent_version
	e1,2026-02-06T10:00:10Z,10,v9
CSV
take "$work/ends.csv"
is "from an end and a length" "$(of_call e1)" 'inbound|completed||1770372000000000|1770372010000000|10000000|0|0|||v9'
file spans.csv <<-'CSV'
	call_id,started_at,ended_at,failure_reason
	e2,2026-02-06T10:00:00Z,2026-02-06T10:00:10Z,hangup
	e3,2026-02-06T10:00:00Z,,
CSV
take "$work/spans.csv"
is "a length from both ends" "$(of_call e2)" 'inbound|failed|user_hangup|1770372000000000|1770372010000000|10000000|0|0|||'
is "no end" "$(of_call e3)" 'inbound|active||1770372000000000|||0|0|||'
printf 'call_id,started_at,ended_at,duration_seconds\ne4,2026-02-06T10:00:00Z,0,5\ne5,2026-02-06T10:00:00Z,0,\n' | file clocks.csv
printf 'call_id,started_at,ended_at\ne6,2026-02-06T10:00:00Z,0\n' | file clock.csv
take "$work/clocks.csv"
take "$work/clock.csv"
is "an end before its start stays, with its length" "$(of_call e4)" 'inbound|completed||1770372000000000|0|5000000|0|0|||'
is "which else is not known" "$(of_call e5) $(of_call e6)" \
	'inbound|completed||1770372000000000|0||0|0||| inbound|completed||1770372000000000|0||0|0|||'
obeys_law "theirs"

unset CALLMETRICS_OLDEST CALLMETRICS_CALL_SECONDS_MOST

# What makes no sense is told, with its line and why, and costs no other.
fresh
"$build/jobs/prune" --days 30 "$db" >/dev/null 2>&1
sql "INSERT INTO cm_series (series_id, scope, tenant_id, agent, agent_version, provider, call_type)
	VALUES (77, 'full', 'north', '', '', '', 'inbound');
	INSERT INTO cm_call (tenant_id, call_id, series_id, call_type, started_us, status, failure_reason, has_audio, has_transcript)
		VALUES ('north', 'theirs', 77, 'inbound', 1770372000000000, 'active', '', 0, 0)"
{
	cat <<-'CSV'
		call_id,call_type,started_at,ended_at,duration_seconds,status,has_audio,tenant_id
		good,inbound,2026-02-06T10:00:00Z,2026-02-06T10:00:10Z,10,completed,0,acme
		,inbound,2026-02-06T10:00:00Z,,,active,,
		no-start,inbound,,,,active,,
		start,inbound,yesterday,,,active,,
		end,inbound,2026-02-06T10:00:00Z,25:00,,completed,,
		length,inbound,2026-02-06T10:00:00Z,,-1,completed,,
		"length, nan",inbound,2026-02-06T10:00:00Z,,nan,completed,,
		longest,inbound,2026-02-06T10:00:00Z,,31622400.000001,completed,,
		hex,inbound,2026-02-06T10:00:00Z,,0x10,completed,,
		week,inbound,2026-02-06T10:00:00Z,,604800.000001,completed,,
		early,inbound,2009-12-31T23:59:59Z,,,active,,
		late,inbound,2026-02-06T10:00:00Z,2026-02-07T10:30:01Z,,completed,,
		type,up,2026-02-06T10:00:00Z,,,active,,
		status,inbound,2026-02-06T10:00:00Z,,,gone,,
		no-status,inbound,2026-02-06T10:00:00Z,,,,,
		flag,inbound,2026-02-06T10:00:00Z,,,active,maybe,
		few,inbound
		many,inbound,2026-02-06T10:00:00Z,,,active,,,
		theirs,inbound,2026-02-06T10:00:00Z,,,active,,acme
		old,inbound,2025-02-06T10:00:00Z,,,active,,
		msec,inbound,1770372000000,,,active,,
	CSV
	printf 'utf\377,inbound,2026-02-06T10:00:00Z,,,active,,\n'
	printf 'long,inbound,2026-02-06T10:00:00Z,,,active,,%065537d\n' 0
	printf '%0129d,inbound,2026-02-06T10:00:00Z,,,active,,\n' 0
	echo 'after,inbound,2026-02-06T10:00:00Z,2026-02-06T10:00:10Z,10,completed,0,acme'
	# shellcheck disable=SC1003 # quotes of CSV
	printf 'open,"inbound,2026-02-06T10:00:00Z,,,active,,\nlost,\n'
} >"$work/bad.csv"
take "$work/bad.csv"
is "bad lines" "$taken $(said)" "1 3 0 0 23"
tr -d '\r' <"$work/bad.csv.rejected" >"$work/rejected"
cat >"$work/want" <<'EOT'
line,call_id,reason
3,,call_id is missing.
4,no-start,started_at is missing.
5,start,started_at is neither RFC 3339 nor Unix seconds.
6,end,ended_at is neither RFC 3339 nor Unix seconds.
7,length,"duration_seconds is not a number of seconds, or more than 366 days."
8,"length, nan","duration_seconds is not a number of seconds, or more than 366 days."
9,longest,"duration_seconds is not a number of seconds, or more than 366 days."
10,hex,"duration_seconds is not a number of seconds, or more than 366 days."
11,week,duration_seconds is longer than 604800 seconds.
12,early,started_at lies before 2010-01-01T00:00:00Z.
13,late,ended_at lies more than a day ahead.
14,type,call_type is neither inbound nor outbound.
15,status,status is not a word of cm_vocabulary.
16,no-status,status is missing.
17,flag,"has_audio is none of true, false, 1, 0."
18,few,It has 2 fields where the first line has 8.
19,many,It has 9 fields where the first line has 8.
21,old,The call is older than what is kept.
22,msec,started_at is neither RFC 3339 nor Unix seconds.
23,,call_id is not UTF-8.
24,,A field is longer than 64 KiB.
25,,call_id is too long.
27,,A quote that opens in it is never closed.
EOT
passes "each is told" diff "$work/want" "$work/rejected"
like "says where" "$(cat "$work/out")" '*bad.csv.rejected says which and why*'
is "what is good is taken" "$(sql "SELECT call_id FROM cm_call ORDER BY 1" | paste -s -d , -)" after,good,theirs,theirs
take "$work/bad.csv"
is "again: the same answer" "$taken $(said)" "1 3 0 0 23"
rm "$work/bad.csv.rejected"
sql 'SELECT * FROM cm_meta ORDER BY 1' >"$work/meta"
take "$work/bad.csv" --dry-run
is "a dry run" "$taken $(said)" "1 0 0 3 23"
like "prints the lines" "$(sed -n 2p "$work/out")" 'line 4, call no-start: started_at is missing.'
passes "and stores nothing" test ! -e "$work/bad.csv.rejected" -a "$(sql 'SELECT * FROM cm_meta ORDER BY 1')" = "$(cat "$work/meta")"
fresh
take "$work/bad.csv" --dry-run
is "a dry run of new calls" "$(said) $(sql 'SELECT count(*) FROM cm_call')" "4 0 0 22 0"
obeys_law "bad lines"

# What is known of a call is added to, and what was known of it stays; the order does not matter.
file one.csv <<-'CSV'
	call_id,call_type,started_at,ended_at,duration_seconds,status,agent,has_audio
	m,outbound,2026-02-06T10:00:00Z,,,active,,1
	m,outbound,2026-02-06T10:00:00Z,2026-02-06T10:00:10Z,10,timeout,desk,
	m,outbound,2026-02-06T10:00:00Z,2026-02-06T10:00:05Z,5,failed,,
	m,outbound,2026-02-06T10:00:00Z,2026-02-06T10:00:07Z,7,completed,front,
CSV
take "$work/one.csv"
is "what comes later counts" "$taken $(said) $(of_call m)" '0 1 3 0 0 outbound|completed||1770372000000000|1770372007000000|7000000|0|1||desk|'
held >"$work/held"
{ head -n 1 "$work/one.csv"; tail -n +2 "$work/one.csv" | tac; } >"$work/back.csv"
take "$work/back.csv"
is "backwards" "$taken $(said)" "0 0 0 4 0"
take "$work/one.csv" --again
is "and again" "$taken $(said)" "0 0 0 4 0"
held >"$work/again"
passes "nothing is counted twice" cmp "$work/held" "$work/again"
post_text events '{"event_id":"m1","event_type":"call_ended","call_id":"m","timestamp":"2026-02-06T10:00:09Z","data":{"duration_seconds":9}}'
is "an event goes on from there" "$(json .accepted) $(of_call m)" '1 outbound|completed||1770372000000000|1770372009000000|9000000|0|1||desk|'
take "$work/one.csv" --again
is "and is not undone" "$taken $(said)" "0 0 0 4 0"
obeys_law "one call"

# Files that are none.
: >"$work/empty.csv"
take "$work/empty.csv"
like "an empty file" "$taken $(cat "$work/err")" '2 *it is empty*'
head -n 1 "$work/ours.csv" >"$work/head.csv"
take "$work/head.csv"
is "a first line alone" "$taken $(said)" "0 0 0 0 0"
echo 'id,started_at' >"$work/no-id.csv"
take "$work/no-id.csv"
like "no call_id" "$taken $(cat "$work/err")" '2 *no column "call_id"*--map call_id=NAME*'
take "$work/no-id.csv" --map call_id=Id
like "a map to nothing" "$taken $(cat "$work/err")" '2 *no column "Id" in the file*'
take "$work/no-id.csv" --map ident=id
like "a map from nothing" "$taken $(cat "$work/err")" '2 *no column "ident" of ours*'
take "$work/no-id.csv" --map call_id
like "a map that is none" "$taken $(cat "$work/err")" '2 *"call_id" of the map has no =*'
echo 'call_id,started_at,started_at' >"$work/twice.csv"
take "$work/twice.csv"
like "a column twice" "$taken $(cat "$work/err")" '2 *"started_at" is in the file twice*'
take "$work/none.csv"
like "no file" "$taken $(cat "$work/err")" '1 *none.csv: No such file*'
take "$work"
is "a folder" "$taken" 2
take "$work/ours.csv" --odd
like "an option that there is not" "$taken $(cat "$work/err")" '2 callmetrics import: there is no option --*usage: *'
db=$(chosen "$work/none.db" "${db%/*}/none")
take "$work/ours.csv"
like "no database" "$taken $(cat "$work/err")" \
	"$(chosen '1 *callmetrics create *' '1 *database "none" does not exist*')"
real_db
sql 'SELECT count(*) FROM cm_call' >"$work/held"
take "$work/ours.csv"
like "a voice app's database" "$taken $(cat "$work/err")" "1 *voice app's own*callmetrics create*"
is "is left as it was" "$(sql 'SELECT count(*) FROM cm_call')" "$(cat "$work/held")"

# Beside a writer that does not end.
fresh
hold_db
take "$work/ours.csv"
like "a database that is locked" "$taken $(cat "$work/err")" '1 *locked*goes on where it was*'
release_db
take "$work/ours.csv"
is "and then" "$taken $(said)" "0 3 0 0 0"

[ "$suite" != valgrind ] || finish

# A line of 10 MB, and a field of as many lines, in little memory.
{ echo call_id,started_at; awk 'BEGIN { for (i = 0; i < 10485760; i += 16) printf "aaaaaaaaaaaaaaaa" }'; echo ',1770372000'
	echo 'z,1770372000'; printf '"'; yes | head -n 5000000; echo '",1770372000'; echo 'zz,1770372000'; } >"$work/wide.csv"
if [ "$suite" = sanitize ]; then
	take "$work/wide.csv"
else
	taken=0
	prlimit --data=8000000 "$build/jobs/import" "$work/wide.csv" "$db" >"$work/out" 2>"$work/err" || taken=$?
fi
is "long lines" "$taken $(said)" "1 2 0 0 2"
is "and where they are" "$(cut -d , -f 1 "$work/wide.csv.rejected" | tr -d '\r' | tr '\n' ' ')" "line 2 4 "

# What was exported is the same when it comes back.

ever='start_time=2018-01-01T00:00:00Z&end_time=2027-01-01T00:00:00Z'

# answers FOLDER: every question that is about calls, asked of $db.
answers() {
	mkdir -p "$1"
	for question in dashboard 'dashboard?hours=72' health failures 'failures?limit=1000' 'hourly?hours=80' 'daily?days=9&tz=Europe/Berlin' \
		'dashboard?tenant_id=acme' "hourly?hours=80&agent=$agent" "daily?days=9&agent_version=$version" 'daily?days=9&call_type=inbound' \
		'export?format=csv&'"$ever" 'export?format=ndjson&'"$ever" 'export?format=csv&metadata=1&'"$ever" prometheus; do
		query=${question#*[?]}
		[ "$query" != "$question" ] || query=
		ask "${question%%[?]*}" "$query"
		name=$1/$(printf '%s' "$question" | tr -c 'a-z0-9\n' _)
		case $question in
		dashboard* | failures*) jq 'del(.latency, .next_cursor)' "$work/body" >"$name" ;;
		prometheus) grep -v -E 'voice_(speech_to_audio|tool_call_duration|session_duration)_ms' "$work/body" >"$name" ;;
		*) cp "$work/body" "$name" ;;
		esac
	done
}

for fixture in real_db made_db; do
	$fixture
	agent=$(sql "SELECT max(agent) FROM cm_series WHERE scope = 'full'")
	version=$(sql "SELECT max(agent_version) FROM cm_series WHERE scope = 'full'")
	answers "$work/before"
	ask export "format=csv&metadata=1&$ever"
	cp "$work/body" "$work/all.csv"
	ask export "format=csv&$ever"
	cp "$work/body" "$work/bare.csv"
	fresh
	take "$work/all.csv"
	is "$fixture: with metadata" "$taken $(said)" "0 $(sql 'SELECT count(*) FROM cm_call') 0 0 0"
	isnt "$fixture: there are calls" "$(sql 'SELECT count(*) FROM cm_call')" 0
	answers "$work/after"
	passes "$fixture: the same answers" diff -r "$work/before" "$work/after"
	obeys_law "$fixture"
	held >"$work/held"
	calls >"$work/calls"
	take "$work/bare.csv"
	is "$fixture: what lacks something adds nothing" "$taken $(said | cut -d ' ' -f 1-2)" "0 0 0"
	held >"$work/again"
	passes "$fixture: and takes nothing" cmp "$work/held" "$work/again"
	fresh
	take "$work/bare.csv"
	answers "$work/after"
	# Metadata, and the label that stands only there, are what is not in the file.
	for name in "$work"/*/*; do
		case $name in
		*metadata* | *agent_version*) rm "$name" ;;
		*failures*) jq 'del(.failures[].metadata)' "$name" >"$work/body" && cp "$work/body" "$name" ;;
		esac
	done
	passes "$fixture: without metadata all the same but that" diff -r "$work/before" "$work/after"
	obeys_law "$fixture without metadata"
	take "$work/all.csv"
	calls >"$work/again"
	passes "$fixture: metadata that comes later" cmp "$work/calls" "$work/again"
	obeys_law "$fixture, metadata later"
	rm -r "$work/before" "$work/after"
done

# On a server calls are read and written many at a time: so many lines are fewer statements.
if [ "$engine" = postgres ]; then
	fresh
	awk 'BEGIN { print "call_id,started_at,metadata"; for (i = 0; i < 4000; i++) printf "r%06d,%d,m%d\n", i % 3999, 1767225600 + i * 40, i }' \
		>"$work/many.csv"
	take "$work/many.csv"
	is "many lines" "$taken $(said)" "0 3999 1 0 0"
	postgres_sql postgres "ALTER DATABASE ${db##*/} SET log_statement = 'all'"
	take "$work/many.csv" --again
	is "again" "$taken $(said)" "0 0 0 4000 0"
	statements=$(grep -c "callmetrics ${db##*/} .*execute" "$postgres_folder/log" || :)
	isnt "statements were seen" "$statements" 0
	passes "fewer than one for ten lines: $statements" test "$statements" -lt 400
fi

# Others write meanwhile.
# write_beside NUMBER: a write that waits for a second at most.
# shellcheck disable=SC2317 # called by `passes`
write_beside() {
	sql "$(chosen '.timeout 1000' 'SET lock_timeout = 1000;')
		INSERT INTO cm_meta VALUES ('write $1', '')"
}
awk 'BEGIN { print "call_id,started_at"; for (i = 0; i < 60000; i++) printf "o%06d,%d\n", i, 1767225600 + i * 40 }' >"$work/beside.csv"
fresh
"$build/jobs/import" "$work/beside.csv" "$db" >"$work/out" 2>"$work/err" &
job=$!
later "$job"
for write in 1 2 3 4 5 6 7 8 9 10; do
	passes "a write of another's, $write" write_beside "$write"
done
kill -0 "$job" 2>/dev/null && meanwhile=yes || meanwhile=no
is "it was meanwhile" "$meanwhile" yes
wait "$job" || :
is "and all is taken" "$(said)" "60000 0 0 0"

# Killed again and again it comes to the same end, and the list of bad lines too.
awk 'BEGIN { srand(7); print "call_id,started_at,duration_seconds,status,agent"
	for (i = 0; i < 60000; i++) printf "k%06d,%d.%06d,%d.%06d,%s,a%d\n", i, 1767225600 + i * 40, i, i % 400, i, i % 97 ? "completed" : "odd", i % 5 }' \
	>"$work/killed.csv"
fresh
take "$work/killed.csv"
is "without" "$taken $(said)" "1 59381 0 0 619"
held >"$work/held"
mv "$work/killed.csv.rejected" "$work/want"
fresh
kills=0
while :; do
	"$build/jobs/import" "$work/killed.csv" "$db" >"$work/out" 2>"$work/err" &
	job=$!
	sleep "0.$((kills % 7 + 1))"
	kill -9 "$job" 2>/dev/null || break
	taken=0
	wait "$job" || taken=$?
	[ "$taken" = 137 ] || break
	kills=$((kills + 1))
	[ "$kills" -lt 200 ] || break
done
wait "$job" || :
take "$work/killed.csv"
isnt "it was killed" "$kills" 0
is "in the end" "$taken $(said)" "1 59381 0 0 619"
held >"$work/again"
passes "the same calls, counted once" cmp "$work/held" "$work/again"
passes "the same list" cmp "$work/want" "$work/killed.csv.rejected"
is "the database is whole" "$(sql "$(chosen 'PRAGMA integrity_check' "SELECT 'ok'")")" ok
obeys_law "killed"
finish
