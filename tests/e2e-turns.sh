#!/bin/sh
# One login that asks thirty slow questions at once, and then leaves, keeps no other login waiting for long.
# suites: normal
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

[ "$engine" = sqlite ] || exit 77
app_db calls
export CALLMETRICS_RATE=1000 CALLMETRICS_BURST=1000 CALLMETRICS_QUERY_LIMIT_MS=60000
open_site "$db"
other=$(sed -n "s/^$user:/other:/p" "$site/conf/htpasswd")
printf '%s\n' "$other" >>"$site/conf/htpasswd"
# From now on failures take their time: what they are read from counts to a million or so first.
facts=$db
[ -z "$(find "$db.callmetrics" 2>/dev/null)" ] || facts=$db.callmetrics
sqlite3 "$facts" "PRAGMA legacy_alter_table = 1; ALTER TABLE cm_call RENAME TO cm_call_real;
	CREATE VIEW cm_call AS SELECT * FROM cm_call_real WHERE
		(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT count(*) FROM n) > 0"
get '/metrics/failures?_=0'
is "a slow answer" "$status" 200
slow_ms=$took_ms
echo "one question: $slow_ms ms"

clients=
for n in $(seq 30); do
	curl -s -m 60 -o "$work/null.$n" -w '%{http_code}\n' -u "other:$password" "$http/metrics/failures?_=$n" >"$work/code.$n" &
	later $!
	clients="$clients $!"
done
# Both workers are busy, and the queue is theirs.
sleep "$(awk -v ms="$slow_ms" 'BEGIN { print ms * 2.5 / 1000 }')"
get '/metrics/failures?_=ops' -m 60
is "another login" "$status" 200
echo "beside thirty of one login, another waited $took_ms ms"
within "another login" "$took_ms" $((slow_ms * 5 + 1000))
get /metrics/hourly
is "another question" "$status" 200

is "they were not sent away for another reason" "$(cat "$work"/code.* | grep -v -x -e 200 -e 429 | xargs)" ''
# They leave all at once.
# shellcheck disable=SC2086 # numbers
kill $clients 2>/dev/null || :
get '/metrics/failures?_=after' -m 60
is "when they have left" "$status" 200
echo "and when they had left, $took_ms ms"
within "when they have left" "$took_ms" $((slow_ms * 5 + 1000))
finish
