#!/bin/sh
# turns: slow requests have their turns by login, so that who asks much waits for itself; what nobody waits for is not computed.
# suites: normal sanitize
. "${0%/*}/lib.sh"

real_db
# Failures take their time: what they are read from counts to a few million first.
count=${CALLMETRICS_TEST_COUNT:-1500000}
sql "PRAGMA legacy_alter_table = 1; ALTER TABLE cm_call RENAME TO cm_call_real;
	CREATE VIEW cm_call AS SELECT * FROM cm_call_real WHERE
		(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $count) SELECT count(*) FROM n) > 0"
started=$(date +%s%3N)
ask failures 'limit=1'
slow_ms=$(($(date +%s%3N) - started))
echo "one request: $slow_ms ms"
is "a slow answer" "$status $(json .count)" '200 1'

cat >"$work/clients.py" <<'END'
# clients.py SOCKET [NAME[:leave] ...]: asks at once, in this order; prints who is answered, in the order of answers, and how.
import select, socket, struct, sys, time

def request(user):
    def record(kind, content):
        return struct.pack("!BBHHBB", 1, kind, 1, len(content), 0, 0) + content
    pairs = b""
    for name, value in (("REQUEST_METHOD", "GET"), ("QUERY_STRING", "limit=1"), ("REMOTE_USER", user), ("SCRIPT_NAME", "/metrics/failures")):
        pairs += struct.pack("!BB", len(name), len(value)) + name.encode() + value.encode()
    return record(1, b"\0\1\0\0\0\0\0\0") + record(4, pairs) + record(4, b"") + record(5, b"")

clients = {}
for word in sys.argv[2:]:
    if word.startswith("wait="):
        time.sleep(float(word[5:]))
        continue
    user, _, leave = word.partition(":")
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(sys.argv[1])
    connection.sendall(request(user))
    if leave:
        time.sleep(float(leave) if leave != "leave" else 0)
        connection.close()
    else:
        clients[connection] = [user, b""]
while clients:
    for connection in select.select(list(clients), [], [], 300)[0]:
        data = connection.recv(65536)
        clients[connection][1] += data
        if not data:
            user, answer = clients.pop(connection)
            status = answer[answer.find(b"Status: ") + 8:][:3].decode() if b"Status: " in answer else "cut"
            print(user, status, flush=True)
            connection.close()
END
clients() {
	"$python" "$work/clients.py" "$socket" "$@" >"$work/answers" 2>&1
}
repeat() {
	yes "$2" | head -n "$1" | tr '\n' ' '
}
# place USER: the first answer of a user is the how-manieth of those that were computed.
place() {
	grep ' 200' "$work/answers" | grep -n "^$1 " | head -n 1 | cut -d : -f 1
}

serve failures CALLMETRICS_DB="$db" CALLMETRICS_NOW="$NOW" CALLMETRICS_LOG_LEVEL=DEBUG CALLMETRICS_QUERY_LIMIT_MS=600000
clients first
is "one" "$(cat "$work/answers")" 'first 200'

# One login asks thirty times, then others once each: they come next, whoever was first.
# shellcheck disable=SC2046 # words
clients $(repeat 30 acme) ops north
is "how many were computed" "$(grep -c '^acme 200' "$work/answers") $(grep -c '^acme 429' "$work/answers")" '17 13'
like "ops" "$(place ops)" '[123]'
like "north" "$(place north)" '[1234]'
is "none is cut" "$(grep -c cut "$work/answers" || :)" 0
lives

# Two logins that ask much keep neither each other nor a third.
# shellcheck disable=SC2046
clients $(repeat 8 acme) $(repeat 8 north) ops
like "ops" "$(place ops)" '[1234]'
like "north" "$(place north)" '[123]'

# Who has left is passed over; who leaves while it is computed, is computed no further.
lines() { grep -c '^{' "$work/worker.log" || :; }
before=$(lines)
# shellcheck disable=SC2046
clients acme wait=0.05 $(repeat 12 acme:leave) ops
is "those that stayed" "$(sort "$work/answers" | xargs)" 'acme 200 ops 200'
is "were computed" "$(($(lines) - before))" 2
started=$(date +%s%3N)
clients "acme:$(awk -v ms="$slow_ms" 'BEGIN { printf "%.3f", ms / 3000 }')"
until [ "$(lines)" -eq $((before + 3)) ] || [ $(($(date +%s%3N) - started)) -gt 60000 ]; do
	sleep 0.02
done
is "one that left in the midst" "$(tail -n 1 "$work/worker.log" | jq -rc '[.error, .problem]')" '[-6,"Nobody waits for the answer any more."]'
lives

# Two workers: while one works for a login that asks much, the other is free.
stop_worker
rm -f "$socket"
# shellcheck disable=SC2086 # words
env CALLMETRICS_DB="$db" CALLMETRICS_NOW="$NOW" CALLMETRICS_QUERY_LIMIT_MS=600000 spawn-fcgi -n -s "$socket" -- "$(command -v multiwatch)" -s TERM \
	-f 2 -- "$build/cgi-bin/failures" >"$work/worker.out" 2>"$work/worker.log" &
later $!
until [ -S "$socket" ]; do sleep 0.05; done
# shellcheck disable=SC2046
clients $(repeat 20 acme) "wait=$(awk -v ms="$slow_ms" 'BEGIN { printf "%.3f", 3 * ms / 1000 }')" ops
echo "of 20 and then one, answers came so: $(xargs -n 2 -d ' ' <"$work/answers" | tr '\n' ' ')"
checks=$((checks + 1))
[ "$(place ops)" -le 9 ] || wrong "ops came at place $(place ops)" "$(cat "$work/answers")"
finish
