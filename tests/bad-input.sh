#!/bin/sh
# bad input: whatever a client sends, it gets the problem document that names what is wrong, and the worker lives.
# suites: normal postgres sanitize
. "${0%/*}/lib.sh"

real_db

# The same questions go to a plain CGI program and to one FastCGI worker that answers them all.
# bad QUESTION QUERY STATUS PARAMETER [DETAIL-PATTERN]
bad() {
	bad_before=$failures
	ask "$1" "$2"
	is_problem "$3" "$4" "${5:-?*}"
	cp "$work/body" "$work/cgi"
	if [ "$1" = "$serve_question" ]; then
		send "$2"
		is "the same by FastCGI" "$status $(json 'del(.request_id)')" "$3 $(jq -rc 'del(.request_id)' "$work/cgi")"
		lives
	fi
	[ "$failures" -eq "$bad_before" ] || echo "    ^ $1?$2" | cut -c 1-300
}

serve hourly CALLMETRICS_DB="$db" CALLMETRICS_NOW="$NOW"
for hours in 0 -1 8785 abc 1.5 1e3 0x10 '%2012' '12%20' 99999999999999999999 '+' '%C2%B2' NaN; do
	bad hourly "hours=$hours" 400 hours '*a whole number from 1 to 8784*'
done
bad hourly hours 400 hours
bad hourly 'hours=2&hours=3' 400 hours '*twice*'
bad hourly 'hours=2&hours=2' 400 hours '*twice*'
bad hourly 'pretty=1&pretty=0' 400 pretty '*twice*'
bad hourly 'hours=2&days=1' 400 days '*not both*'
bad hourly 'hours=2&start_time=2026-02-06T00:00:00Z' 400 start_time '*not both*'
bad hourly 'days=2&end_time=2026-02-06T00:00:00Z' 400 end_time '*not both*'
bad hourly 'end_time=2026-02-06T00:00:00Z' 400 start_time '*needs start_time*'
bad hourly 'start_time=2026-02-06T00:00:00Z&end_time=2026-02-06T00:00:00Z' 400 start_time '*before*'
bad hourly 'start_time=2026-02-07T00:00:00Z' 400 start_time '*before*'
bad hourly 'start_time=1990-01-01T00:00:00Z' 400 start_time '*3660 days*'
bad hourly 'start_time=2024-01-01T00:00:00Z' 400 start_time '*8784 hours*'
for time in yesterday 2026-2-6 2026-02-30 20260206-- 2026-02-06T10:30 2026-02-30T00:00:00Z 2026-02-06T24:00:00Z 2026-02-06T00:60:00Z -1 \
	1969-12-31T23:59:59Z 99999999999999 2026-02-06T00:00:00 2026-02-06T00:00:00.Z 1770330000.x; do
	bad hourly "start_time=$time" 400 start_time '*a time such as*'
done
bad hourly 'nonsense=1' 400 nonsense '*no parameter*'
bad hourly 'Hours=1' 400 Hours '*no parameter*'
bad hourly 'limit=1' 400 limit '*no parameter*'
bad hourly '=1' 400 ''
bad hourly 'nonsense=' 400 nonsense '*no parameter*'
bad hourly tenant_id 400 tenant_id
bad hourly 'call_type=sideways' 400 call_type '*inbound outbound*'
bad hourly 'call_type=inbound%20outbound' 400 call_type
bad hourly 'explain=2' 400 explain '*0 or 1*'
bad hourly 'explain=01' 400 explain
bad hourly 'pretty=yes' 400 pretty
bad hourly 'agent=%00' 400 agent '*NUL*'
bad hourly 'agent=a%00b' 400 agent '*NUL*'
bad hourly 'ag%00ent=a' 400 ag '*NUL*'
bad hourly 'agent=%' 400 agent '*malformed*'
bad hourly 'agent=%4' 400 agent '*malformed*'
bad hourly 'agent=%zz' 400 agent '*malformed*'
bad hourly '%zz=1' 400 '' '*malformed*'
bad hourly 'agent=%ff' 400 agent '*UTF-8*'
bad hourly 'agent=%C0%AF' 400 agent '*UTF-8*'
bad hourly 'agent=%E0%9F%BF' 400 agent '*UTF-8*'
bad hourly 'agent=%ED%A0%80' 400 agent '*UTF-8*'
bad hourly 'agent=%F4%90%80%80' 400 agent '*UTF-8*'
bad hourly 'agent=%E2%82' 400 agent '*UTF-8*'
bad hourly "agent=$(printf '\377\376')" 400 agent '*UTF-8*'
bad hourly 'agent=a%0Ab' 400 agent '*control*'
bad hourly 'agent=a%7Fb' 400 agent
bad hourly "agent=$(printf '%129s' '' | tr ' ' a)" 400 agent '*1 to 128 bytes*'
bad hourly "agent=$(printf '%64s' '' | sed 's/ /%C3%A9/g')x" 400 agent '*1 to 128 bytes*'
bad hourly "$(printf '%4097s' '' | tr ' ' a)" 414 '' '*4096*'
bad hourly "hours=1&_=$(printf '%4096s' '' | tr ' ' a)" 414 ''
bad hourly "$(printf '%600s' '' | tr ' ' a)=1" 400 "$(printf '%60s' '' | tr ' ' a)"
bad hourly '%3Cscript%3E=1' 400 '<script>'

# And what is unusual but right is answered.
good() {
	send "$1"
	is "hourly?$1" "$status" 200
	lives
}
good ''
good '&&&'
good '&hours=2&'
# A name with nothing behind it is not given: clients of the guide write so.
good 'hours=&agent=&tenant_id=&call_type=&start_time=&pretty='
good 'hours=&hours=2&days='
good 'hours=%32'
good '_=12345'
good "_=$(printf '%4000s' '' | tr ' ' a)"
good "agent=$(printf '%128s' '' | tr ' ' a)"
good 'agent=%C3%A9+%26%3D'
good "agent='%3B+DROP+TABLE+calls%3B--"
good 'hours=8784'
good 'start_time=2026-02-06T00:00:00%2B02:00'
good 'start_time=2026-02-06'
good 'start_time=2026-02-06t00:00:00.123456789z'
stop_worker

serve daily CALLMETRICS_DB="$db" CALLMETRICS_NOW="$NOW"
for zone in Mars/Olympus europe/berlin ../../../etc/passwd /etc/localtime Europe Europe/ 'Europe/Berlin%00' \
	'CET-1CEST' ':Europe/Berlin' zone.tab posixrules/x Europe//..//Berlin '%C3%A9'; do
	bad daily "tz=$zone" 400 tz
done
bad daily 'days=0' 400 days
bad daily 'days=3661' 400 days
bad daily 'hours=87841' 400 hours
stop_worker

serve dashboard CALLMETRICS_DB="$db" CALLMETRICS_NOW="$NOW"
bad dashboard 'start_time=2020-01-01T00:00:00Z' 400 start_time '*366 days*'
bad dashboard 'days=367' 400 days
stop_worker

serve failures CALLMETRICS_DB="$db" CALLMETRICS_NOW="$NOW"
for limit in 0 1001 -5 ten; do
	bad failures "limit=$limit" 400 limit '*a whole number from 1 to 1000*'
done
for cursor in x 1 .x 99999999999999999999.x "1.$(printf '%256s' '' | tr ' ' a)"; do
	bad failures "cursor=$cursor" 400 cursor
done
stop_worker

serve export CALLMETRICS_DB="$db" CALLMETRICS_NOW="$NOW"
for format in xml CSV 'json%20csv'; do
	bad export "format=$format" 400 format '*json csv ndjson*'
done
bad export 'after=nobody' 404 ''
bad export 'metadata=2' 400 metadata
stop_worker

serve latency CALLMETRICS_DB="$db" CALLMETRICS_NOW="$NOW"
bad latency 'component=teleport' 400 component '*turn_e2e*'
for interval in 5 m 0m 32d 5x -5m 5mm 1.5h 99999999999999999999s; do
	bad latency "interval=$interval" 400 interval
done
bad latency 'interval=1s' 400 interval '*1000 spans*'
stop_worker

serve latency-events CALLMETRICS_DB="$db" CALLMETRICS_NOW="$NOW"
bad latency-events 'event_type=teleport' 400 event_type
bad latency-events 'cursor=nonsense' 400 cursor
bad latency-events "call_id=$(printf '%129s' '' | tr ' ' a)" 400 call_id
stop_worker

# Methods and paths, for every question.
for question in dashboard health failures export hourly daily prometheus latency latency-events index; do
	# latency also takes steps in.
	allowed='GET, HEAD, OPTIONS' methods='POST PUT DELETE PATCH TRACE get BREW'
	[ "$question" != latency ] || allowed='GET, HEAD, POST, OPTIONS' methods='PUT DELETE PATCH TRACE get BREW'
	for method in $methods; do
		ask "$question" '' REQUEST_METHOD="$method"
		is_problem 405 ''
		is "$method $question: Allow" "$(header Allow)" "$allowed"
	done
	ask "$question" '' REQUEST_METHOD=OPTIONS
	is "OPTIONS $question" "$status $(header Allow) $(wc -c <"$work/body")" "204 $allowed 0"
	ask "$question" '' SCRIPT_NAME=/nowhere
	is_problem 404 ''
	ask "$question" ''
	cp "$work/head" "$work/get-head"
	ask "$question" '' REQUEST_METHOD=HEAD
	is "HEAD $question: head of GET, no body" "$(cat "$work/head") $(wc -c <"$work/body")" "$(cat "$work/get-head") 0"
	ask "$question" 'nonsense=%3Cb%3E'
	is_problem 400 nonsense
done
finish
