#!/bin/sh
# Thousands of requests that never end their header, from one address: everybody else is answered meanwhile, and they are sent away.
# suites: normal
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

app_db calls
health_port=$(free_port)
open_site "$db" --health-port "$health_port"
get /metrics/hourly
is "before" "$status" 200
flood=${CALLMETRICS_TEST_FLOOD:-3000}

# Half over TLS would cost the client more than the server; a header begun is what holds a connection.
cat >"$work/flood.py" <<'END'
import resource, select, socket, sys, time
port, count, until = int(sys.argv[1]), int(sys.argv[2]), time.time() + float(sys.argv[3])
sent = b"" if "idle" in sys.argv else b"GET /metrics/dashboard HTTP/1.1\r\nHost: x\r\nX-Slow: "
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, count + 100), hard))
poll, held, opened, ended, told = select.poll(), {}, 0, 0, False
while time.time() < until:
    for n in range(min(200, count - len(held))):
        connection = socket.create_connection(("127.0.0.1", port), timeout=5)
        connection.sendall(sent)
        held[connection.fileno()] = connection
        poll.register(connection, select.POLLIN | select.POLLHUP)
        opened += 1
    for number, _ in poll.poll(50):
        poll.unregister(number)
        held.pop(number).close()
        ended += 1
    if not told and len(held) >= count:
        told = True
        print("held", len(held), flush=True)
print("opened", opened, "ended", ended, flush=True)
END
"$python" "$work/flood.py" "$port" "$flood" "${CALLMETRICS_TEST_SECONDS:-20}" >"$work/flood" 2>&1 &
flooding=$!
later "$flooding"
passes "$flood are held" wait_for 30 grep -q '^held' "$work/flood"
asked=0
failed=0
slowest=0
while alive "$flooding"; do
	asked=$((asked + 1))
	bare "/healthz?_=$asked" -m 5
	[ "$status" = 200 ] || failed=$((failed + 1))
	[ "$took_ms" -le "$slowest" ] || slowest=$took_ms
	get "/metrics/hourly?_=$asked" -m 5
	[ "$status" = 200 ] || failed=$((failed + 1))
	bare_http=$http
	http=http://127.0.0.1:$health_port
	bare /healthz -m 5
	[ "$status $(body)" = '200 ok' ] || failed=$((failed + 1))
	http=$bare_http
	sleep 0.1
done
echo "asked $asked times beside $flood; the slowest /healthz took $slowest ms; $(tail -n 1 "$work/flood")"
isnt "how often it was asked" "$asked" 0
is "answers that were not 200" "$failed" 0
within "/healthz" "$slowest" "$(scaled 1000)"
checks=$((checks + 1))
[ "$(sed -n 's/.*ended \([0-9]*\)$/\1/p' "$work/flood")" -ge "$flood" ] || wrong "they are sent away after five seconds" "$(cat "$work/flood")"

# Ten thousand that send nothing at all; each worker has room for fewer, and drops those that wait longest.
"$python" "$work/flood.py" "$port" "${CALLMETRICS_TEST_IDLE:-10000}" 8 idle >"$work/idle" 2>&1 &
flooding=$!
later "$flooding"
asked=0
failed=0
slowest=0
sleep 2
while alive "$flooding"; do
	asked=$((asked + 1))
	bare "/healthz?_=idle$asked" -m 5
	[ "$status" = 200 ] || failed=$((failed + 1))
	[ "$took_ms" -le "$slowest" ] || slowest=$took_ms
	sleep 0.1
done
echo "beside idle connections asked $asked times, slowest $slowest ms; $(tail -n 1 "$work/idle")"
isnt "how often it was asked beside idle ones" "$asked" 0
is "answers that were not 200" "$failed" 0
within "/healthz beside idle ones" "$slowest" "$(scaled 1000)"

# The listener for health has nothing else, and its own nginx.
http=http://127.0.0.1:$health_port
for path in / /metrics/ /metrics/health /metrics/dashboard; do
	get "$path"
	is "$path there" "$status" 404
done
isnt "an nginx of its own" "$(head_of nginx-health)" "$(head_of nginx)"
# shellcheck disable=SC2046 # numbers
signal STOP $(workers nginx)
bare /healthz -m 5
is "while the other nginx hangs" "$status $(body)" '200 ok'
# shellcheck disable=SC2046
signal CONT $(workers nginx)
finish
