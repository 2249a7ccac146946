#!/bin/sh
# Nobody without a login learns anything but /healthz; passwords are kept as bcrypt and appear in no log.
# suites: normal
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

app_db calls
open_site "$db"

for path in /metrics/ /metrics /metrics/dashboard /metrics/health '/metrics/export?format=csv' /metrics/prometheus; do
	bare "$path"
	is_problem 401 ''
	is "$path asks for a login" "$(header WWW-Authenticate)" 'Basic realm="callmetrics"'
	bare "$path" -u "$user:wrong"
	is_problem 401 ''
	bare "$path" -u "somebody:$password"
	is_problem 401 ''
	get "$path"
	is "$path with the login" "$status" 200
done

# An answer that is in the cache is not for everybody either.
get /metrics/hourly
get /metrics/hourly
is "the second answer" "$(header X-Cache)" HIT
bare /metrics/hourly
is_problem 401 ''
bare /metrics/hourly -u "$user:wrong"
is_problem 401 ''

bare /healthz
is "/healthz" "$(body) $status" 'ok 200'
bare /healthz -u nobody:wrong
is "/healthz, whatever the login" "$status" 200

# shellcheck disable=SC2016 # a dollar it is
like "bcrypt" "$(sed -n "s/^$user://p" "$site/conf/htpasswd")" '$2b$10$*'
is "logins are for their owner only" "$(stat -c %a "$site/conf/htpasswd")" 600
is "so is the key" "$(stat -c %a "$site/conf/key.pem")" 600

# No log has a password, as text or as it was sent, nor has a program.
wait_for_log
sent=$(printf '%s:%s' "$user" "$password" | base64)
for log in "$site"/log/*; do
	is "credentials in ${log##*/}" "$(grep -cF -e 'pass word' -e "$sent" -e Authorization "$log" || :)" 0
done
isnt "refusals in the log" "$(grep -c '"status":401' "$site/log/access.log" || :)" 0
for pid in $(head_of nginx) $(workers hourly); do
	is "the password in the environment of $pid" "$(tr '\000' '\n' <"/proc/$pid/environ" | grep -cF 'pass word' || :)" 0
done
finish
