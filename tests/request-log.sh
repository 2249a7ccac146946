#!/bin/sh
# request-log: what the log tells of a request is that request's own: its status, what its error was, and its problem alone.
# suites: normal sanitize
. "${0%/*}/lib.sh"

real_db
export CALLMETRICS_LOG_LEVEL=DEBUG

# logged: status, error and problem of the last line of the worker's log.
logged() {
	tail -n 1 "$work/worker.log" | jq -rc '[.status, .error, .problem]'
}

# asked QUERY [NAME=VALUE...]: send, and wait for the line, which the worker writes once it has answered.
asked() {
	before=$(wc -l <"$work/worker.log")
	send "$@"
	tries=0
	while [ "$(wc -l <"$work/worker.log")" -eq "$before" ] && [ "$tries" -lt 200 ]; do
		tries=$((tries + 1))
		sleep 0.02
	done
}

serve failures CALLMETRICS_DB="$db" CALLMETRICS_NOW="$NOW"
asked 'limit=1'
is "an answer" "$(logged)" '[200,0,""]'
mv "$db" "$db.away"
asked 'limit=1'
is "no database" "$status $(logged | sed 's/There is no call database[^"]*/-/')" '503 [503,-4,"-"]'
error=$(logged | jq '.[1]')
like "its error is a failure" "$error" '-[1-9]*'
mv "$db.away" "$db"
# None of what follows is the database's fault.
asked '' SCRIPT_NAME=/metrics/elsewhere
is "no such path" "$(logged | cut -c 1-27)" '[404,0,"There is no such pa'
asked '' REQUEST_METHOD=DELETE
is "no such method" "$(logged)" '[405,0,"Only GET, HEAD, OPTIONS are understood here."]'
asked 'limit=x'
like "a parameter" "$(logged)" '\[400,-[1-9]*,"limit is *'
asked 'limit=1'
is "an answer again" "$(logged)" '[200,0,""]'
stop_worker

# Health answers itself when there is no database; the log tells why all the same.
ask health '' CALLMETRICS_DB="$work/nowhere.db"
is "health" "$status $(tail -n 1 "$work/log" | jq -rc '[.status, .error, (.problem | .[0:25])]')" "503 [503,$error,\"There is no call database\"]"

# An export that breaks off in the middle.
ask export 'days=365' CALLMETRICS_DB="$work/nowhere.db"
is "an export" "$status $(tail -n 1 "$work/log" | jq -c .error)" "503 $error"
finish
