#!/bin/sh
# A key or login does what its scope says and nothing else, for its own tenant; a revoked key is refused at once; without keys,
# or without the program that knows them, everything behind the login is closed.
# suites: normal postgres sanitize
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

many_calls calls 400
export CALLMETRICS_RATE=1000 CALLMETRICS_BURST=1000
open_site "$db"
keys=$site/conf/keys

# A path that is sent to, and its program, which tells what nginx told it.
passes "the echo builds" "${CC:-cc}" -O2 -o "$work/echo" "$top/tests/echo.c" -lfcgi
spawn-fcgi -n -s "$site/run/echo.sock" -- "$(command -v multiwatch)" -s TERM -f 2 -- "$work/echo" "$work/die" >"$work/echo.log" 2>&1 &
later $!
cat >>"$site/nginx/endpoints.conf" <<-CONF
	location = /echo { set \$callmetrics_question echo; include "$site/nginx/write.conf"; }
	location = /echo-both { set \$callmetrics_question echo; include "$site/nginx/both.conf"; }
CONF
printf 'sender write;\neditor read,write;\nodd rubbish;\n' >>"$site/conf/writers.conf"
for login in sender editor odd; do
	bind_login "$login" acme
done

# The key that scripts/run made, and the others.
like "the key of scripts/run" "$write_key" 'cm_????????_????????????????????????????????????????????????????????????????'
like "its line" "$(key list)" '*write?\*?*scripts/run'
reads=$(key add 'a reader' --scope read)
reads_acme=$(key add acme-reader --scope read --tenant acme)
reads_north=$(key add north-reader --scope read --tenant north)
writes_acme=$(key add acme-sender --tenant acme)
does_both=$(key add both --scope read,write --tenant north)
is "the file" "$(stat -c %a "$keys") $(wc -l <"$keys")" '640 6'
for secret in "$write_key" "$reads" "$writes_acme"; do
	is "secrets in the file" "$(grep -c "${secret##*_}" "$keys" || :)" 0
done

# told NAME: what the echo was told.
told() {
	sed -n "s/^$1=//p" "$work/body"
}

# What each may do: reading, on a path that only reads and on one that is sent to as well, and sending.
# may WHO READS WRITES [option of curl ...]
may() {
	may_who=$1
	may_reads=$2
	may_writes=$3
	shift 3
	bare /metrics/hourly "$@"
	is "$may_who: GET /metrics/hourly" "$status" "$may_reads"
	bare /metrics/latency "$@"
	is "$may_who: GET /metrics/latency" "$status" "$may_reads"
	bare /echo-both "$@" -X OPTIONS
	is "$may_who: OPTIONS" "$status" "$may_reads"
	for may_method in POST PUT DELETE PATCH; do
		bare /echo-both "$@" -X "$may_method"
		is "$may_who: $may_method" "$status" "$may_writes"
	done
	bare /metrics/latency "$@" -d '{}'
	# The program itself says what it makes of an empty object.
	case $may_writes in
	200) like "$may_who: POST /metrics/latency" "$status" 4[0-9][05] ;;
	*) is_problem "$may_writes" '' ;;
	esac
	for may_method in POST GET; do
		bare /echo "$@" -X "$may_method"
		is "$may_who: $may_method on a path that only takes" "$status" "$may_writes"
	done
}
may "nobody" 401 401
is "nobody is asked for a login" "$(header WWW-Authenticate)" 'Basic realm="callmetrics"'
may "a key that reads" 200 403 -H "Authorization: Bearer $reads"
may "a key that writes" 403 200 -H "Authorization: Bearer $write_key"
may "a key that does both" 200 200 -H "Authorization: bearer $does_both"
may "a login" 200 403 -u "$user:$password"
may "a login that writes" 403 200 -u "sender:$password"
may "a login that does both" 200 200 -u "editor:$password"
may "a login whose scope is no scope" 403 403 -u "odd:$password"
may "a login that writes, with a wrong password" 401 401 -u "sender:wrong"
may "a wrong secret" 401 401 -H "Authorization: Bearer ${write_key%????}0000"
may "a wrong id" 401 401 -H "Authorization: Bearer cm_00000000_${write_key##*_}"
is "says so" "$(header WWW-Authenticate)" 'Bearer realm="callmetrics", error="invalid_token"'
for wrong in '' cm_ "$write_key " "x$write_key" "${write_key}0" "$(printf '%s' "$write_key" | tr a-f A-F)" \
	"${write_key%_*}_$(sed -n "s/^${write_key#cm_}//p;1s/^[^	]*	\([0-9a-f]*\).*/\1/p" "$keys")" "$(printf '%05000d' 0)"; do
	with "$wrong" /echo -d x
	case $status in
	200) is "a key is as it was shown; blanks around it do not count" "$wrong" "$write_key " ;;
	*) is "\"$(printf %.90s "$wrong")\"" "$status" 401 ;;
	esac
done
bare /echo -d x -H "Authorization: Digest $write_key"
is "another scheme" "$status" 401
bare "/echo?key=$write_key&access_token=$write_key" -d x
is "a key in the query" "$status" 401
bare /healthz -H "Authorization: Bearer nonsense"
is "/healthz asks nobody" "$status" 200
get /.callmetrics/access
is_problem 404 ''
bare /.callmetrics/access -H "Authorization: Bearer $reads"
is_problem 404 ''

# The program is told the tenant and the key by nginx alone.
with "$write_key" /echo -d x
is "of no tenant" "$(told CALLMETRICS_TENANT) $(told CALLMETRICS_KEY_ID)" " $(printf '%s' "$write_key" | cut -c 4-11)"
id_acme=$(printf '%s' "$writes_acme" | cut -c 4-11)
for forged in 'CALLMETRICS_TENANT: north' 'Callmetrics-Tenant: north' 'X-Tenant-Id: north' 'CALLMETRICS_KEY_ID: x' \
	'Callmetrics-Key: x' 'Remote-User: ops' 'CALLMETRICS_NEED: read' 'CALLMETRICS-LOGIN-SCOPE: read,write'; do
	with "$writes_acme" '/echo?tenant_id=north&CALLMETRICS_TENANT=north' -d '{"tenant_id":"north"}' -H "$forged"
	is "with the header $forged" "$status $(told CALLMETRICS_TENANT) $(told CALLMETRICS_KEY_ID) $(told REMOTE_USER)" "200 acme $id_acme "
done
is "the key goes no further" "$(told HTTP_AUTHORIZATION)" ''
bare /echo -u "sender:$password" -d x
is "a login's tenant" "$(told CALLMETRICS_TENANT) $(told CALLMETRICS_KEY_ID) $(told REMOTE_USER)" 'acme  sender'
with "$reads" /metrics/latency -d x -H 'X-HTTP-Method-Override: GET' -H 'CALLMETRICS_NEED: read'
is "another method by a header" "$status" 403

# Bodies: large ones where something is taken in, as they came, and never an answer out of the cache.
head -c 8000000 /dev/zero >"$work/large"
with "$write_key" /echo --data-binary "@$work/large"
is "8 MB" "$status $(told length) $(header X-Cache)" '200 8000000 '
with "$write_key" /echo --data-binary "@$work/large" -H 'Transfer-Encoding: chunked' -H 'Content-Encoding: gzip'
is "8 MB of unknown length" "$status $(told length) $(told HTTP_CONTENT_ENCODING)" '200 8000000 gzip'
cat "$work/large" "$work/large" >"$work/larger"
with "$write_key" /echo --data-binary "@$work/larger"
is_problem 413 ''
with "$write_key" /echo-both --data-binary "@$work/large"
is_problem 413 ''
for n in 1 2; do
	with "$does_both" /echo-both -d "$n"
	is "what was sent is not kept" "$(header X-Cache) $(told length)" ' 1'
done

# A worker that dies: the second try is for the same tenant; what was sent is not tried again.
: >"$work/die"
with "$does_both" '/echo-both?second'
is "the second try" "$status $(told CALLMETRICS_TENANT) $(told CALLMETRICS_KEY_ID)" "200 north $(printf '%s' "$does_both" | cut -c 4-11)"
is "there was a first" "$(find "$work" -name die)" ''
: >"$work/die"
bare '/echo-both?login' -u "editor:$password"
is "the second try, by login" "$status $(told CALLMETRICS_TENANT)" '200 acme'
: >"$work/die"
with "$does_both" '/echo-both' -d x
is_problem 502 ''

# Answers that are kept: for whom they were made, and for those who see the same.
total() {
	with "$1" "/metrics/dashboard?hours=24$2"
	printf '%s %s %s' "$status" "$(json .summary.total_calls)" "$(header X-Cache)"
}
is "acme's" "$(total "$reads_acme" '')" '200 100 MISS'
is "acme's again" "$(total "$reads_acme" '')" '200 100 HIT'
is "north's" "$(total "$reads_north" '')" '200 100 MISS'
is "north's, by another key" "$(total "$does_both" '')" '200 100 HIT'
is "everybody's" "$(total "$reads" '')" '200 400 MISS'
get '/metrics/dashboard?hours=24'
is "everybody's, by login" "$(header X-Cache) $(json .summary.total_calls)" 'HIT 400'
is "acme's, asking for north's" "$(total "$reads_acme" '&tenant_id=north' | grep -c ' 400 ' || :)" 0
is "acme's of old" "$(total "$reads_acme" '')" '200 100 HIT'
with "$write_key" '/metrics/dashboard?hours=24'
is_problem 403 ''
with "$reads_acme" '/metrics/export?format=ndjson'
is "an export" "$(jq -r .tenant_id "$work/body" | sort -u)" acme

# Revoked: at once, for what is in the cache too, and nobody else is touched.
key revoke "$(printf '%s' "$reads_acme" | cut -c 4-11)" >"$work/said"
with "$reads_acme" '/metrics/dashboard?hours=24'
is_problem 401 ''
is "north's is good still" "$(total "$reads_north" '')" '200 100 HIT'
refuses "revoking it again" key revoke "$(printf '%s' "$reads_acme" | cut -c 4-11)"
new=$(key add new --scope read)
with "$new" /metrics/hourly
is "a new one is good at once" "$status" 200

# A file that is damaged, gone, or not to be read opens nothing, harms no login, and no program.
before=$(workers access)
cp "$keys" "$work/keys"
sed "s/	read	/ read /; s/	north	/		/" "$work/keys" >"$keys"
printf 'no key at all\n\000\001\377\n' >>"$keys"
with "$new" /metrics/hourly
is "a line without its tabs" "$status" 401
with "$reads_north" /metrics/hourly
is "a line without its tenant" "$status" 401
with "$write_key" /echo -d x
is "a line that is whole" "$status" 200
passes "the log names the line" grep -q '"keys_line_ignored","line":[0-9]' "$site/log/programs.log"
rm "$keys"
with "$write_key" /echo -d x
is_problem 401 ''
get /metrics/hourly
is "without the file, a login" "$status" 200
mkdir "$keys"
with "$write_key" /echo -d x
is_problem 503 ''
isnt "Retry-After" "$(header Retry-After)" ''
rmdir "$keys"
head -c 2000000 /dev/zero | tr '\0' x >"$keys"
with "$write_key" /echo -d x
is_problem 503 ''
cp "$work/keys" "$keys"
with "$write_key" /echo -d x
is "the file as it was" "$status" 200
is "the programs that answered all that" "$(workers access)" "$before"

# A refusal carries its number, which is in nginx's log and in the program's.
with "$reads" /echo -d x
id=$(json .request_id)
wait_for_log
is "in nginx's log" "$(jq -r --arg id "$id" 'select(.id == $id) | [.status, .tenant] | @csv' "$site/log/access.log")" '403,""'
is "in the program's log" "$(grep '^{' "$site/log/programs.log" | jq -r --arg id "$id" 'select(.request_id == $id) | .problem')" \
	'This login or key may not do that.'
is "which key" "$(jq -r 'select(.request | contains("X-Never") | not) | select(.status == 200 and .key != "") | .key' "$site/log/access.log" |
	grep -c "$id_acme")" 8
with "$reads" '/metrics/hourly?hours=x'
id=$(json .request_id)
is "a question's refusal, and whose key" "$(grep '^{' "$site/log/programs.log" | jq -r --arg id "$id" 'select(.request_id == $id) | .key_id')" \
	"$(printf '%s' "$reads" | cut -c 4-11)"
for log in "$site"/log/*; do
	is "secrets in ${log##*/}" "$(grep -c -F -e "${reads##*_}" -e "${writes_acme##*_}" "$log" || :)" 0
done

# Without the program that knows, nothing behind the login opens.
head_pid=$(head_of access)
# shellcheck disable=SC2046 # numbers
signal STOP "$(keeper)" "$head_pid"
# shellcheck disable=SC2046
signal KILL $(workers access)
mv "$site/run/access.sock" "$site/run/access.away"
get /metrics/hourly
is_problem 503 ''
with "$write_key" /echo -d x
is_problem 503 ''
bare /healthz
is "/healthz" "$status" 200
mv "$site/run/access.away" "$site/run/access.sock"
signal CONT "$(keeper)" "$head_pid"
answers_again() {
	with "$write_key" /echo -d x
	[ "$status" = 200 ]
}
passes "it comes back" wait_for 10 answers_again
finish
