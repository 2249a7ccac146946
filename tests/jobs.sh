#!/bin/sh
# jobs: of all processes of a job that runs for good one works; another takes over when it ends, dies, or is held up.
# suites: normal postgres sanitize
. "${0%/*}/lib.sh"

own_db
CALLMETRICS_JOB_LEASE_MS=2000
CALLMETRICS_LOG_LEVEL=DEBUG
export CALLMETRICS_JOB_LEASE_MS CALLMETRICS_LOG_LEVEL
lines=$work/lines
: >"$lines"

# ticker NAME [once]: a process of the job, as on a host of its own; sets pid.
ticker() {
	"$build/tests/ticker" "$1" "$lines" "$db" >"$work/$1.out" 2>"$work/$1.log" &
	pid=$!
	later "$pid"
}

# ticks NAME: how often it has ticked.
ticks() {
	grep -c "^$1 ticks$" "$lines" || :
}

# until_ticks NAME MORE SECONDS: waits until it has ticked so much more often; how long that took is $took_ms.
until_ticks() {
	until_from=$(ticks "$1")
	until_started=$(date +%s%N)
	until_end=$((until_started + $(scaled "$3") * 1000000000))
	while [ "$(ticks "$1")" -lt "$((until_from + $2))" ] && [ "$(date +%s%N)" -lt "$until_end" ]; do
		sleep 0.02
	done
	took_ms=$((($(date +%s%N) - until_started) / 1000000))
	checks=$((checks + 1))
	[ "$(ticks "$1")" -ge "$((until_from + $2))" ] || wrong "$1 works within $3 s" "$(cat "$lines" "$work"/*.log)"
}

# row COLUMNS: of the job's row.
row() {
	sql "SELECT $1 FROM cm_job WHERE name = 'ticker'"
}

# until_row WHAT COLUMNS WANT: waits until it says so.
until_row() {
	row_left=$(scaled 200)
	while [ "$(row "$2")" != "$3" ] && [ "$row_left" -gt 0 ]; do
		sleep 0.05
		row_left=$((row_left - 1))
	done
	is "$1" "$(row "$2")" "$3"
}

# Once, as a timer does it: until there is nothing more to do.
passes "once" "$build/tests/ticker" once "$lines" "$db" once
is "until all is done" "$(ticks once)" 3
is "its row" "$(row 'until_us, problem IS NULL, host')" "$(chosen "0|1|$(hostname)" "0|t|$(hostname)")"
like "its figures" "$(row figures)" '{"ticks":3,"failed":0,"busy_us":*,"lines":3}'

# One works, the other waits.
ticker one
one=$pid
until_ticks one 5 10
ticker two
two=$pid
sleep 0.5
is "while one works the other does not" "$(ticks two)" 0
passes "once, meanwhile" "$build/tests/ticker" late "$lines" "$db" once
is "does nothing" "$(ticks late)" 0
is "who works" "$(row pid)" "$one"
until_row "its figures are kept up to date" "beat_us > started_us" "$(chosen 1 t)"

# Health tells of it: to whoever sees all by name, to a tenant only that something is wrong.
ask health
is "health" "$(json '.jobs[] | [.name, .state, .host, .problem, (.figures.lines > 0), (.heard_of_ms_ago < 2500)]')" \
	"[\"ticker\",\"works\",\"$(hostname)\",null,true,true]"
is "nothing to warn of" "$(json .warnings)" '[]'
ask health '' CALLMETRICS_TENANT=acme
is "a tenant's health" "$(json .jobs)" null

ask prometheus
is "Prometheus" "$(grep '^callmetrics_job_' "$work/body" | sed 's/[0-9.]*$//; s/ $//' | xargs -d '\n')" "$(printf '%s ' \
	'callmetrics_job_up{job="ticker"}' 'callmetrics_job_silent_seconds{job="ticker"}' \
	'callmetrics_job_figure{job="ticker",figure="ticks"}' 'callmetrics_job_figure{job="ticker",figure="failed"}' \
	'callmetrics_job_figure{job="ticker",figure="busy_us"}' 'callmetrics_job_figure{job="ticker",figure="lines"}' | sed 's/ $//')"
like "it is up" "$(cat "$work/body")" '*callmetrics_job_up{job="ticker"} 1*'
is "promtool" "$(promtool check metrics <"$work/body" 2>&1 | grep callmetrics_job || :)" ''
ask prometheus '' CALLMETRICS_TENANT=acme
is "a tenant's" "$(grep -c callmetrics_job_ "$work/body" || :)" 0

# It dies: the other takes over when the lease is over.
kill -KILL "$one"
until_ticks two 1 15
echo "after kill -9, a lease of 2 s: ${took_ms} ms"
checks=$((checks + 1))
[ "$took_ms" -ge 500 ] || wrong "a lease is held until it is over" "$took_ms ms"
is "who works then" "$(row pid)" "$two"

# It ends in order: the next one takes over at its next look.
ticker three
three=$pid
sleep 0.3
kill -TERM "$two"
until_ticks three 1 10
two_status=0
wait "$two" || two_status=$?
is "it ends in order" "$two_status" 0
like "and says so" "$(tail -n 1 "$work/two.log")" '*"job_ended"*'

# It is held up for longer than its lease: another takes over, and it stops when it goes on.
ticker four
four=$pid
kill -STOP "$three"
until_ticks four 1 15
kill -CONT "$three"
sleep 1
three_then=$(ticks three)
until_ticks four 5 10
is "of two one works" "$(ticks three)" "$three_then"
like "the one that was held up says so" "$(cat "$work/three.log")" '*"job_lost_its_lease"*'

# A tick that takes longer than a lease keeps it, and ends when it is told to.
: >"$lines.long"
sleep 3
is "a long tick keeps the lease" "$(row pid) $(ticks three)" "$four $three_then"
kill -TERM "$four"
four_status=0
wait "$four" || four_status=$?
is "a long tick is told to end" "$four_status" 0
rm -f "$lines.long"
until_ticks three 1 10

# Ticks that fail are told, and the job goes on.
: >"$lines.fail"
until_row "the problem is in its row" problem 'It was told to fail.'
ask health
is "health" "$status $(json '[.jobs[0].state, .jobs[0].problem, .warnings]')" \
	'200 ["fails","It was told to fail.",["the job ticker fails (see jobs, or its log)"]]'
ask health '' CALLMETRICS_TENANT=acme
is "a tenant's health" "$(json '[.jobs, .warnings]')" '[null,["the job ticker fails (see jobs, or its log)"]]'
rm -f "$lines.fail"
until_ticks three 5 40
until_row "and gone when it is over" 'problem IS NULL' "$(chosen 1 t)"
is "each is told once" "$(grep -c '"job_failed"' "$work/three.log")" 1
refuses "once, and it fails" sh -c ': >"$1.fail"; "$2" x "$1" "$3" once' sh "$lines.other" "$build/tests/ticker" "$work/nothing.db"
kill -TERM "$three"
three_status=0
wait "$three" || three_status=$?
is "it ends in order after all" "$three_status" 0
ask health
is "health, when none works" "$(json '[.jobs[0].state, .warnings]')" '["ended",[]]'
sql "UPDATE cm_job SET until_us = beat_us + 1000"
sleep 0.1
ask health
is "health, when one was lost" "$(json '[.jobs[0].state, .warnings]' | sed 's/for [0-9]* s/for N s/')" \
	'["lost",["the job ticker has not been heard of for N s"]]'
for log in "$work"/*.log; do
	checks=$((checks + 1))
	! grep -E 'Sanitizer|runtime error' "$log" >/dev/null || wrong "complained of" "$(cat "$log")"
done
finish
