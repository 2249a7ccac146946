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
# Logins, with the least cost that bcrypt has; $logged_in is what a browser sends for one.
CALLMETRICS_LOGINS=$work/logins
export CALLMETRICS_LOGINS
hash_of() {
	printf '%s\n' "$1" | mkpasswd --method=bcrypt --rounds=4 --stdin
}
password='pass word:"ä"'
{
	echo '# a comment'
	printf 'ops:%s\n' "$(hash_of "$password")"
	printf 'other:%s:with more behind it\n' "$(hash_of secret)"
	printf 'plain:secret\nempty:\nno-colon\n'
} >"$work/logins"
# basic LOGIN PASSWORD: the header, and what nginx makes of it.
basic() {
	printf 'HTTP_AUTHORIZATION=Basic %s' "$(printf '%s:%s' "$1" "$2" | base64 -w 0)"
}
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
	answers "a need of \"$need\", with a login" 403 '' '' "$(basic ops "$password")" REMOTE_USER=ops CALLMETRICS_LOGIN_SCOPE=read,write CALLMETRICS_NEED="$need"
done
answers "no such key" 401 '' '' HTTP_AUTHORIZATION="Bearer ${writes%?????}00000" CALLMETRICS_NEED=write
answers "no such key beside a login" 401 '' '' HTTP_AUTHORIZATION="Bearer x" REMOTE_USER=ops CALLMETRICS_LOGIN_SCOPE=read CALLMETRICS_NEED=read
answers "nobody" 401 '' '' CALLMETRICS_NEED=read
answers "nobody with a scope" 401 '' '' CALLMETRICS_LOGIN_SCOPE=read,write CALLMETRICS_LOGIN_TENANT=acme CALLMETRICS_NEED=read
answers "a login" 204 '' '' "$(basic ops "$password")" REMOTE_USER=ops CALLMETRICS_LOGIN_SCOPE=read CALLMETRICS_NEED=read
answers "a login of a tenant" 204 acme '' "$(basic ops "$password")" REMOTE_USER=ops CALLMETRICS_LOGIN_SCOPE=read CALLMETRICS_LOGIN_TENANT=acme CALLMETRICS_NEED=read
answers "a login that sends, but may not" 403 '' '' "$(basic ops "$password")" REMOTE_USER=ops CALLMETRICS_LOGIN_SCOPE=read CALLMETRICS_NEED=write
answers "a login of no scope" 403 '' '' "$(basic ops "$password")" REMOTE_USER=ops CALLMETRICS_NEED=read
answers "a login of an odd scope" 403 '' '' "$(basic ops "$password")" REMOTE_USER=ops CALLMETRICS_LOGIN_SCOPE=all CALLMETRICS_NEED=read
# A tenant that a header would not carry as it is would be another.
answers "a login of a tenant with a blank" 403 '' '' "$(basic ops "$password")" REMOTE_USER=ops CALLMETRICS_LOGIN_SCOPE=read CALLMETRICS_LOGIN_TENANT=' acme' CALLMETRICS_NEED=read

# Passwords.
scope='CALLMETRICS_LOGIN_SCOPE=read CALLMETRICS_NEED=read'
# says WHAT STATUS LOGIN PASSWORD [NAME=VALUE...]
says() {
	says_what=$1
	says_want=$2
	says_sent=$(basic "$3" "$4")
	says_login=$3
	shift 4
	# shellcheck disable=SC2086 # words
	answers "$says_what" "$says_want" '' '' "$says_sent" REMOTE_USER="$says_login" $scope "$@"
}
says "another's password" 401 ops secret CALLMETRICS_GUESSES=1000
says "another's own" 204 other secret
for wrong in '' "$password " " $password" "$(printf '%s' "$password" | tr '[:lower:]' '[:upper:]')" "$password:" "${password%?}" "$(printf '%0300d' 0)"; do
	says "the password \"$(printf %.20s "$wrong")\"" 401 ops "$wrong" CALLMETRICS_GUESSES=1000
done
says "nobody of that name" 401 nobody secret CALLMETRICS_GUESSES=1000
says "a name in another case" 401 OPS "$password" CALLMETRICS_GUESSES=1000
says "a hash that is none" 401 plain secret CALLMETRICS_GUESSES=1000
says "no hash" 401 empty '' CALLMETRICS_GUESSES=1000
says "no name" 401 '' secret CALLMETRICS_GUESSES=1000
# What crypt(3) would end at, and what else no password has.
for bytes in 'other:secret\0' 'other:secret\0x' 'other:\0secret' 'other:sec\nret' 'other\0:secret' 'other' ''; do
	# shellcheck disable=SC2059,SC2086 # a format, words
	answers "the bytes $bytes" 401 '' '' HTTP_AUTHORIZATION="Basic $(printf "$bytes" | base64 -w 0)" REMOTE_USER=other $scope
done
for text in 'b3RoZXI6c2VjcmV0' 'b3RoZXI6c2VjcmV0==' ' b3RoZXI6c2VjcmV0'; do
	# shellcheck disable=SC2086
	answers "written $text" 204 '' '' HTTP_AUTHORIZATION="basic $text" REMOTE_USER=other $scope
done
for text in 'b3RoZXI6c2VjcmV0=x' 'b3RoZXI6c2VjcmV' 'b3RoZXI6c2V-cmV0' 'b3RoZXI6c2VjcmV0 x' "$(head -c 6000 /dev/zero | base64 -w 0)" '!'; do
	# shellcheck disable=SC2086
	answers "written $(printf %.20s "$text")" 401 '' '' HTTP_AUTHORIZATION="Basic $text" REMOTE_USER=other $scope
done
# shellcheck disable=SC2086
answers "a login that nginx read otherwise" 401 '' '' "$(basic ops "$password")" REMOTE_USER=other $scope
# shellcheck disable=SC2086
answers "a login without what it sent" 401 '' '' REMOTE_USER=ops $scope

# tries LOGIN PASSWORD [NAME=VALUE...]: the worker's status, and how long to wait.
tries() {
	tries_sent=$(basic "$1" "$2")
	tries_login=$1
	shift 2
	# shellcheck disable=SC2086
	send '' "$tries_sent" REMOTE_USER="$tries_login" $scope "$@"
	printf '%s %s' "$status" "$(header Callmetrics-Wait)"
}
# Right once, right at once; until the line is another.
sed -i '/^other:/d' "$work/logins"
is "a login that has gone" "$(tries other secret)" '401 '
printf 'other:%s\n' "$(hash_of changed)" >>"$work/logins"
is "its old password" "$(tries other secret)" '401 '
is "its new one" "$(tries other changed)" '204 '
mv "$work/logins" "$work/away"
is "no file" "$(tries ops "$password")" '401 '
mkdir "$work/logins"
is "a folder in its place" "$(tries ops "$password")" '503 '
rmdir "$work/logins"
mv "$work/away" "$work/logins"
is "the file is back" "$(tries ops "$password")" '204 '
stop_worker

# Guesses: so many for a login from one network, then a wait, and what is right is not found out by going on.
serve access CALLMETRICS_GUESSES=3
from='REMOTE_ADDR=192.0.2.1'
is "before" "$(tries ops "$password" REMOTE_ADDR=192.0.2.9)" '204 '
for n in 1 2 3; do
	is "guess $n" "$(tries other wrong-$n $from)" '401 '
done
like "one more" "$(tries other wrong-4 $from)" '403 [123]?'
like "the right one" "$(tries other changed $from)" '403 [123]?'
is "another login from there" "$(tries ops wrong $from)" '401 '
is "one that was right lately, from there" "$(tries ops "$password" $from)" '204 '
is "the login, from elsewhere" "$(tries other changed REMOTE_ADDR=192.0.2.2)" '204 '
is "and then from there, too" "$(tries other changed $from)" '204 '
# One customer's network of IPv6 is one.
for n in 1 2 3; do
	is "IPv6, guess $n" "$(tries plain wrong-$n REMOTE_ADDR=2001:db8:0:1::$n)" '401 '
done
like "IPv6, one more" "$(tries plain wrong-4 REMOTE_ADDR=2001:db8:0:1:ffff::4)" '403 *'
is "IPv6, the next network" "$(tries plain wrong-4 REMOTE_ADDR=2001:db8:0:2::4)" '401 '
# A network that tries one login after the other.
# until_refused FIRST COMMAND...: whether it is refused, after FIRST tries and what was earned meanwhile.
until_refused() {
	until_first=$1
	shift
	for n in $(seq 200); do
		case $("$@") in 403*) break ;; esac
	done
	checks=$((checks + 1))
	if [ "$n" -le "$until_first" ] || [ "$n" -ge 200 ]; then wrong "refused at try $n: $*"; fi
}
of_network() { tries "login-$n" wrong REMOTE_ADDR=192.0.2.3; }
until_refused 9 of_network
# Networks that try one login, one after the other.
of_login() { tries empty "wrong-$n" REMOTE_ADDR="198.51.100.$n"; }
until_refused 30 of_login
# Keys: nobody guesses 256 bits, but garbage is not told in the log each time.
for n in $(seq 30); do
	send '' HTTP_AUTHORIZATION="Bearer garbage-$n" CALLMETRICS_NEED=write REMOTE_ADDR=203.0.113.1
done
is "thirty that are no keys" "$status" 401
lines=$(wc -l <"$work/worker.log")
for n in $(seq 30); do
	send '' HTTP_AUTHORIZATION="Bearer garbage-$n" CALLMETRICS_NEED=write REMOTE_ADDR=203.0.113.1
done
is "sixty" "$status $(header Callmetrics-Wait)" '403 1'
checks=$((checks + 1))
[ $(($(wc -l <"$work/worker.log") - lines)) -le 20 ] || wrong "each is told in the log" "$(tail -n 3 "$work/worker.log")"
is "what it tells" "$(sed -n 's/.*"guesses_limited","limit":"\([^"]*\)","who":"\([^"]*\)".*/\1 \2/p' "$work/worker.log" | sort -u | head -n 4 | xargs -d ,)" \
	"$(printf 'keys of a network 203.0.113.1\nlogin and network 192.0.2.1 other\nlogin and network 2001:db8:0:1:: plain\nlogin empty')"
send '' HTTP_AUTHORIZATION="Bearer $writes" CALLMETRICS_NEED=write REMOTE_ADDR=203.0.113.1
is "a good key, from there" "$status $(header Callmetrics-Scope)" '204 write'
sleep 1.2
send '' HTTP_AUTHORIZATION="Bearer garbage" CALLMETRICS_NEED=write REMOTE_ADDR=203.0.113.1
is "a while later" "$status" 401
stop_worker
is "passwords in the log" "$(grep -c -e 'pass word' -e wrong- -e garbage "$work/worker.log" || :)" 0

# The file, changed under a worker that runs.
serve access
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
