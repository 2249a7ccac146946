#!/bin/sh
# access: what opens, for what, bound to which tenant; whatever is missing or not understood opens nothing.
# suites: normal sanitize valgrind
. "${0%/*}/lib.sh"

CALLMETRICS_KEYS=$work/keys
export CALLMETRICS_KEYS
key() {
	${CM_RUN:-} "$build/jobs/key" "$@" 2>"$work/key.log"
}
reads=$(key add reader --scope read --tenant acme)
writes=$(key add sender)
serve access

# answers WHAT STATUS TENANT KEY [NAME=VALUE...]: as plain CGI and by a FastCGI worker.
answers() {
	answers_what=$1
	answers_want="$2 $3 $4"
	shift 4
	ask access '' "$@"
	is "$answers_what" "$status $(header Callmetrics-Tenant) $(header Callmetrics-Key)" "$answers_want"
	send '' "$@"
	is "$answers_what, by FastCGI" "$status $(header Callmetrics-Tenant) $(header Callmetrics-Key)" "$answers_want"
	lives
}
id_of() {
	printf '%s' "$1" | cut -c 4-11
}

answers "a key that reads" 204 acme "$(id_of "$reads")" HTTP_AUTHORIZATION="Bearer $reads" CALLMETRICS_NEED=read
answers "a key that writes" 204 '' "$(id_of "$writes")" HTTP_AUTHORIZATION="bearer $writes" CALLMETRICS_NEED=write
answers "reading with a key that writes" 403 '' '' HTTP_AUTHORIZATION="Bearer $writes" CALLMETRICS_NEED=read
answers "sending with a key that reads" 403 '' '' HTTP_AUTHORIZATION="Bearer $reads" CALLMETRICS_NEED=write
for need in '' READ 'read ' read,read 1 both; do
	answers "a need of \"$need\"" 403 '' '' HTTP_AUTHORIZATION="Bearer $reads" CALLMETRICS_NEED="$need"
	answers "a need of \"$need\", with a login" 403 '' '' REMOTE_USER=ops CALLMETRICS_LOGIN_SCOPE=read,write CALLMETRICS_NEED="$need"
done
answers "no such key" 401 '' '' HTTP_AUTHORIZATION="Bearer ${writes%?????}00000" CALLMETRICS_NEED=write
answers "no such key beside a login" 401 '' '' HTTP_AUTHORIZATION="Bearer x" REMOTE_USER=ops CALLMETRICS_LOGIN_SCOPE=read CALLMETRICS_NEED=read
answers "nobody" 401 '' '' CALLMETRICS_NEED=read
answers "nobody with a scope" 401 '' '' CALLMETRICS_LOGIN_SCOPE=read,write CALLMETRICS_LOGIN_TENANT=acme CALLMETRICS_NEED=read
answers "a login" 204 '' '' REMOTE_USER=ops CALLMETRICS_LOGIN_SCOPE=read CALLMETRICS_NEED=read
answers "a login of a tenant" 204 acme '' REMOTE_USER=ops CALLMETRICS_LOGIN_SCOPE=read CALLMETRICS_LOGIN_TENANT=acme CALLMETRICS_NEED=read
answers "a login that sends, but may not" 403 '' '' REMOTE_USER=ops CALLMETRICS_LOGIN_SCOPE=read CALLMETRICS_NEED=write
answers "a login of no scope" 403 '' '' REMOTE_USER=ops CALLMETRICS_NEED=read
answers "a login of an odd scope" 403 '' '' REMOTE_USER=ops CALLMETRICS_LOGIN_SCOPE=all CALLMETRICS_NEED=read
# A tenant that a header would not carry as it is would be another.
answers "a login of a tenant with a blank" 403 '' '' REMOTE_USER=ops CALLMETRICS_LOGIN_SCOPE=read CALLMETRICS_LOGIN_TENANT=' acme' CALLMETRICS_NEED=read

# The file, changed under a worker that runs.
key revoke "$(id_of "$reads")" >"$work/said"
send '' HTTP_AUTHORIZATION="Bearer $reads" CALLMETRICS_NEED=read
is "revoked" "$status" 401
send '' HTTP_AUTHORIZATION="Bearer $writes" CALLMETRICS_NEED=write
is "the other" "$status" 204
again=$(key add again --scope read)
send '' HTTP_AUTHORIZATION="Bearer $again" CALLMETRICS_NEED=read
is "added" "$status" 204
mv "$work/keys" "$work/away"
send '' HTTP_AUTHORIZATION="Bearer $again" CALLMETRICS_NEED=read
is "the file is gone" "$status" 401
mkdir "$work/keys"
send '' HTTP_AUTHORIZATION="Bearer $again" CALLMETRICS_NEED=read
is "the file is a folder" "$status" 503
rmdir "$work/keys"
mv "$work/away" "$work/keys"
send '' HTTP_AUTHORIZATION="Bearer $again" CALLMETRICS_NEED=read
is "the file is back" "$status" 204
if [ "$(id -u)" -ne 0 ]; then
	chmod 0 "$work/keys"
	send '' HTTP_AUTHORIZATION="Bearer $again" CALLMETRICS_NEED=read
	is "the file is not ours to read" "$status" 503
fi
lives
stop_worker
is "what is not in the log" "$(grep -c "${again##*_}" "$work/worker.log" || :)" 0
finish
