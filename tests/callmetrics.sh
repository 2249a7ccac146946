#!/bin/sh
# callmetrics: the command: what it is told, what it says of what it does not understand, and how it shows answers.
# suites: normal sanitize
. "${0%/*}/lib.sh"

CALLMETRICS_BUILD=$build
export CALLMETRICS_BUILD
unset TERM NO_COLOR
# cm ARGUMENT...: callmetrics; sets code, and the files said and complained.
cm() {
	code=0
	"$top/scripts/callmetrics" "$@" >"$work/said" 2>"$work/complained" || code=$?
}
# refused PATTERN ARGUMENT...: exit status 2, nothing said, and a complaint like this.
refused() {
	refused_like=$1
	shift
	cm "$@"
	is "$*" "$code $(wc -c <"$work/said")" '2 0'
	like "$*: why" "$(cat "$work/complained")" "$refused_like"
}
# fails PATTERN ARGUMENT...: exit status 1.
fails() {
	fails_like=$1
	shift
	cm "$@"
	is "$*" "$code $(wc -c <"$work/said")" '1 0'
	like "$*: why" "$(cat "$work/complained")" "$fails_like"
}

# Of itself.
version=$("$build/cgi-bin/index" --version)
for words in --version 'hourly --version' 'attach --version'; do
	# shellcheck disable=SC2086 # words
	cm $words
	is "$words" "$code $(cat "$work/said")" "0 $version"
done
for words in help --help -h; do
	cm "$words"
	is "$words" "$code" 0
	for file in "$build"/cgi-bin/* "$build"/jobs/*; do
		name=${file##*/}
		if [ ! -f "$file" ] || [ ! -x "$file" ] || [ "$name" = access ]; then
			continue
		fi
		is "$words has $name" "$(grep -c "^  $name  *[A-Z]" "$work/said")" 1
	done
done
for words in 'help hourly' 'hourly --help' 'hourly -h'; do
	# shellcheck disable=SC2086 # words
	cm $words
	like "$words" "$code $(cat "$work/said")" '0 usage: callmetrics hourly *--start-time TIME *'
done
cm help detach
like "help of a job" "$code $(cat "$work/said")" '0 usage: callmetrics detach *DATABASE *--exclusive *'
refused 'usage: *'
refused '*no question or job "dashbord"; did you mean dashboard?*' dashbord
refused '*"frobnicate"*help lists them' frobnicate
refused '*did you mean detach*' help detatch
refused '*no question or job "access"*' access
refused '*no question or job "../jobs/key"*' ../jobs/key
refused '*no option --frob before the name*--db*' --frob dashboard

# Wrong options, of questions and of jobs: which, what is allowed, and what there is.
real_db
refused '*no option --foo*--hours*--start-time*' hourly --foo 1
refused '*no option --start-tme; did you mean --start-time?*' hourly --start-tme 0
refused '*--hours needs a value: a whole number from 1 to 8784*' hourly --hours
refused '*--hours needs a value*' hourly --hours --pretty
refused '*--hours is "x"; allowed is a whole number*' hourly --hours x
refused '*--hours is given twice*' hourly --hours 1 --hours=2
refused '*"5" is not an option*' hourly 5
refused '*--interval is "3600"; allowed is a number and s, m, h or d, from 1s to 31d*' latency --interval 3600
refused '*--db needs a value*' hourly --db
refused '*hours or days*' hourly --hours 1 --days 1
refused '*no option --dayz; did you mean --days?*usage: callmetrics prune --days N*' prune --dayz 1 x.db
refused '*--days is "0"; allowed is a whole number from 1 to 3660*' prune --days 0 x.db
refused '*--days is missing*' prune x.db
refused '*"b" is one argument too many*' attach a b
refused '*no option -x*' attach -x
# Ways to write the same.
cm hourly --hours 2
cp "$work/said" "$work/two"
for words in 'hourly --hours=2' "--db $db hourly --hours 2" "hourly --db=$db --hours 2" 'hourly --hours 2 --json' 'hourly --explain 0 --hours 2'; do
	# shellcheck disable=SC2086 # words
	CALLMETRICS_DB=$([ "${words#*--db}" = "$words" ] && echo "$db" || echo /nowhere) cm $words
	is "$words" "$code $(cat "$work/said")" "0 $(cat "$work/two")"
done
for words in 'hourly --start-time 2026-02-05 --end-time 2026-02-06' 'hourly --start_time 2026-02-05 --end_time=2026-02-06T00:00:00Z'; do
	# shellcheck disable=SC2086 # words
	cm $words
	is "$words" "$code $(jq -rc '.timeseries | [length, .[0].hour]' "$work/said")" '0 [24,"2026-02-05T00:00:00Z"]'
done
cm hourly --agent 'no & such = 100 % agent' --hours 1
is "a value with signs of its own" "$code $(jq -c '[.timeseries[].total]' "$work/said")" '0 [0]'
cm cleanup --threshold 999999999 --dry-run
is "the guide's name for it" "$code" 2
cm cleanup --threshold 864000 --dry-run
is "the guide's name for it" "$code $(jq -c .threshold_seconds "$work/said")" '0 864000'
cm metrics
like "metrics" "$code $(head -n 1 "$work/said")" '0 # HELP *'
cm export-csv --days 1
like "export-csv" "$code $(head -n 1 "$work/said")" '0 call_id,*'
cm health
is "health" "$code $(jq -r .status "$work/said")" '0 healthy'

# A client's words are never options: a server may hand over a query without = as arguments (RFC 3875).
is "a query as arguments" "$(GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=GET QUERY_STRING=hours=2 "$build/cgi-bin/hourly" --help | tail -n 1)" \
	"$(cat "$work/two")"

# Databases that are none, each with what to do.
: >"$work/empty.db"
echo 'no database' >"$work/text.db"
for name in dashboard attach detach migrate 'prune --days 1'; do
	# shellcheck disable=SC2086 # words
	{
		fails "callmetrics*: $work/no.db: There is no *create DATABASE" --db "$work/no.db" $name
		fails "callmetrics*: mysql://u@h/x: There is no such kind of database; *postgresql://*" --db mysql://u:secret@h/x $name
		fails "callmetrics*: $work: This is a folder*" --db "$work" $name
		fails "callmetrics*: $work/empty.db: *empty file; attach it when the voice app*create DATABASE" --db "$work/empty.db" $name
		fails "callmetrics*: $work/text.db: *not a SQLite database; check*" --db "$work/text.db" $name
	}
done
fails '*: This is a folder*' create "$work"
fails '*: There is no such kind of database*' create mysql://h/x
fails '*: The folder that it is to lie in is not there*' create "$work/nodir/x.db"
is "nothing was made" "$(find "$work" -name '*:*' -o -name nodir)" ''
if has_postgres "$build"; then
	fails "*: postgresql://127.0.0.1:1/x: *cannot be reached; check that it runs, and the host and port*" --db postgresql://127.0.0.1:1/x hourly
	fails '*: postgresql://u@127.0.0.1:1/x: *port 1 *refused*' attach postgresql://u:secret@127.0.0.1:1/x
fi

# What changes a database acts on none that was not named: not the settings', and not what scripts/run served last.
app_db mine
cp "$db" "$work/before.db"
for name in attach detach migrate create roles; do
	CALLMETRICS_DB=$db refused '*DATABASE is missing*' "$name"
done
passes "it is as it was" cmp "$db" "$work/before.db"
fails '*: this is no call database of ours*' detach "$db"

# Tables: for a terminal, or where they are asked for; never a control character of a caller.
real_db
for question in dashboard 'hourly --hours 3' latency 'failures --limit 3' daily 'latency-events --limit 2'; do
	# shellcheck disable=SC2086 # words
	cm --table $question
	is "$question" "$code" 0
	same_as_golden "table-${question%% *}.txt" "$work/said"
done
# on_terminal WORD...: the same on a terminal.
on_terminal() {
	TERM=xterm script -qec "\"$top/scripts/callmetrics\" $*" /dev/null </dev/null | tr -d '\r' >"$work/said"
}
on_terminal hourly --hours 3
like "on a terminal" "$(cat "$work/said")" "hours  3*$(printf '\033')\[1mtimeseries:*"
on_terminal health
like "in colour" "$(cat "$work/said")" "status *$(printf '\033')\[32mhealthy*"
NO_COLOR=1 on_terminal hourly --hours 3
same_as_golden table-hourly.txt "$work/said"
on_terminal hourly --hours 2 --json
is "JSON on a terminal" "$(cat "$work/said")" "$(cat "$work/two")"
on_terminal hourly --hours 2 --pretty
is "indented" "$(jq -c . "$work/said")" "$(cat "$work/two")"
on_terminal export-csv --days 1
like "what is no JSON" "$(head -n 1 "$work/said")" 'call_id,*'
printf '{"a":"\033[31m\\u001b[2J\\u009b1m","b":[{"x":1,"y":null},{"x":22.5,"y":{"z":"é"}}],"c":{},"d":[],"e":{"f":{"g":1},"h":{"g":2}}}' |
	tr -d '\033' | "$build/scripts/terminal" table >"$work/said"
same_as_golden table-odd.txt "$work/said"
printf 'no JSON\n' | "$build/scripts/terminal" table >"$work/said"
is "what is no JSON comes as it is" "$(cat "$work/said")" 'no JSON'
finish
