#!/bin/sh
# cross-site: what changes something is taken neither from a form nor from another site's page; it is from our own pages and programs.
# suites: normal sanitize
. "${0%/*}/lib.sh"

own_db
programs=$(grep -l '\.take = ' "$top"/cgi-bin/*.c | sed 's|.*/\(.*\)\.c$|\1|')
is "the programs that take something" "$(printf "%s" "$programs" | tr "\n" " ")" 'cleanup events latency'
now=$(date -d "$NOW" +%s)
started="{\"event_id\":\"e1\",\"event_type\":\"call_started\",\"trace_id\":\"c1\",\"timestamp\":$((now - 7200))}"
post_text events "$started"
is "a call that is active" "$status $(json .accepted)" '200 1'

# body_of PROGRAM: what it takes.
body_of() {
	case $1 in
	cleanup) echo '{"threshold_seconds":60}' ;;
	events) echo '{"event_id":"e2","event_type":"call_ended","trace_id":"c1","timestamp":'"$now"'}' ;;
	latency) echo '{"call_id":"c1","event_type":"tool_call_duration","duration_ms":5}' ;;
	esac
}
state() {
	sql 'SELECT count(*), sum(status = '"'active'"'), (SELECT count(*) FROM cm_latency) FROM cm_call'
}
before=$(state)
like "before" "$before" '1|1|0'

for program in $programs; do
	# A form has one of three types, whatever its body; an empty one, too.
	for type in application/x-www-form-urlencoded multipart/form-data 'multipart/form-data; boundary=x' text/plain \
		'text/plain;charset=UTF-8' TEXT/PLAIN 'application/x-www-form-urlencoded; a=application/json'; do
		post_text "$program" "$(body_of "$program")" CONTENT_TYPE="$type"
		is "$program: a form of $type" "$status" 415
		post_text "$program" '' CONTENT_TYPE="$type"
		is "$program: an empty form of $type" "$status" 415
	done
	# A page of another site can send any bytes without a type, or, where something answers its preflight, with any type.
	for from in HTTP_SEC_FETCH_SITE=cross-site HTTP_SEC_FETCH_SITE=same-site HTTP_SEC_FETCH_SITE=nonsense \
		HTTP_ORIGIN=https://evil.example HTTP_ORIGIN=null HTTP_ORIGIN=https://calls.example.evil.example \
		HTTP_ORIGIN=https://calls.example:444 HTTP_ORIGIN=calls.example HTTP_ORIGIN=evil://; do
		for type in '' application/json; do
			post_text "$program" "$(body_of "$program")" CONTENT_TYPE="$type" HTTP_HOST=calls.example "$from"
			is_problem 403 '' '*another site*'
		done
	done
	post_text "$program" '' CONTENT_LENGTH=0 CONTENT_TYPE= HTTP_HOST=calls.example HTTP_ORIGIN=https://evil.example
	is_problem 403 ''
	# What the browser says by Sec-Fetch-Site counts before Origin: a proxy between may have changed the host.
	post_text "$program" "$(body_of "$program")" HTTP_HOST=calls.example HTTP_ORIGIN=https://calls.example HTTP_SEC_FETCH_SITE=cross-site
	is_problem 403 ''
done
is "nothing has changed" "$(state)" "$before"

# Our own pages, and programs, with a type or without one.
taken=0
for said in HTTP_SEC_FETCH_SITE=same-origin HTTP_SEC_FETCH_SITE=none HTTP_ORIGIN=https://Calls.example HTTP_ORIGIN=; do
	for type in application/json ''; do
		post_text latency "$(body_of latency)" CONTENT_TYPE="$type" HTTP_HOST=calls.example "$said"
		is "latency, $said, type \"$type\"" "$status" 201
		taken=$((taken + 1))
	done
done
post_text events "$(body_of events)" CONTENT_TYPE=
is "an event without a type" "$status $(json .accepted)" '200 1'
post_text cleanup '' CONTENT_LENGTH=0 CONTENT_TYPE=
is "a clean-up without a body" "$status" 200
is "what was taken" "$(state)" "1|0|$taken"

# Asking changes nothing, so it is nobody's business where it comes from.
ask dashboard '' HTTP_ORIGIN=https://evil.example HTTP_SEC_FETCH_SITE=cross-site
is "a question" "$status" 200
finish
