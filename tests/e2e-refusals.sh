#!/bin/sh
# What nginx refuses and what a program refuses are problem documents alike, and neither harms what comes next.
# suites: normal sanitize
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

app_db calls
# A rate that the last part exceeds on purpose and the first part does not.
export CALLMETRICS_RATE=5 CALLMETRICS_BURST=100 CALLMETRICS_CONNECTIONS=4
open_site "$db"
long=$(printf '%09000d' 0)

# 400, from the program and from nginx.
get '/metrics/hourly?hours=0'
is_problem 400 hours
get '/metrics/hourly?nonsense=1'
is_problem 400 nonsense
get '/metrics/hourly' --request-target '/metrics/hourly?%00' --http1.1
is "a NUL in the query" "$status" 400
get / -H 'Host: two words'
is_problem 400 ''

# 404.
for path in /metrics/nothing /metrics/hourly/ /metrics/export.csv /nothing /metrics/latency/events/1 /.callmetrics/problem /.callmetrics/access; do
	get "$path"
	is_problem 404 ''
done
bare /metrics/nothing
is_problem 404 ''
get / -i
is "the root leads to the index" "$status $(header Location)" '302 /metrics/'

# 405, whoever notices.
for method in POST PUT DELETE PATCH PROPFIND; do
	get /metrics/hourly -X "$method"
	is_problem 405 ''
	is "$method: Allow" "$(header Allow)" 'GET, HEAD, OPTIONS'
done
get /metrics/hourly -X TRACE
is_problem 405 ''
get /metrics/export -d 'x=1'
is_problem 405 ''

# 413: before the body is sent, and with a body that does not say how long it is.
head -c 70000 /dev/zero >"$work/large"
get /metrics/hourly --data-binary "@$work/large"
is_problem 413 ''
get /metrics/hourly -H 'Transfer-Encoding: chunked' --data-binary "@$work/large"
is_problem 413 ''

# 414 and 431.
get "/metrics/hourly?_=$long"
is_problem 414 ''
get /metrics/hourly -H "X-Long: $long"
is_problem 431 ''
http_before=$http
http=$https
get "/metrics/hourly?_=$long"
like "over HTTP/2" "$status" 4[13][14]
http=$http_before

# A request that is no HTTP.
printf 'nonsense\r\n\r\n' | timeout "$(scaled 5)" openssl s_client -quiet -connect "127.0.0.1:$tls_port" >"$work/said" 2>/dev/null || :
like "nonsense" "$(tr -d '\r' <"$work/said")" '*"status":400*'

get /metrics/hourly
is "after all that" "$status" 200

# 429: from one address more than the burst at once.  While they are asked, as many more are let through as the rate says.
asked_ms=$(now_ms)
for client in 1 2 3 4; do
	curl -s -m 60 -D "$work/heads.$client" -o "$work/bodies.$client" -w '%{http_code}\n' "$http/healthz?_=[1-200]" \
		>"$work/codes.$client" &
	later $!
	eval "client_$client=$!"
done
# shellcheck disable=SC2154 # set by eval
wait "$client_1" "$client_2" "$client_3" "$client_4"
let=$((100 + 5 * ($(now_ms) - asked_ms) / 1000))
refused=$(cat "$work"/codes.* | grep -c 429 || :)
checks=$((checks + 1))
if [ "$refused" -lt "$((800 - let - 20))" ] || [ "$refused" -gt 720 ]; then
	wrong "of 800 requests at once, $refused were refused; 100 and 5 a second are let through, $let in all"
fi
is "none is answered otherwise" "$(cat "$work"/codes.* | grep -vc -e 429 -e 200 || :)" 0
bare '/healthz?_=[1-60]' # what stays is the last answer
status=${status#"${status%???}"}
awk 'BEGIN { RS = "" } { last = $0 } END { print last }' "$work/head" >"$work/last" && mv "$work/last" "$work/head"
is_problem 429 ''
is "Retry-After" "$(header Retry-After)" 1
sleep 1.5
bare /healthz
is "a second later" "$status" 200

# Who sends with a key is held to no rate, but to so many requests at once; that leaves readers alone.
sent() {
	curl -s -m 60 -o "$work/null" -w '%{http_code}\n' -d '{}' "$@" "$http/metrics/latency?_=[1-300]" | sort | uniq -c | xargs
}
unlike "300 with a key" "$(sent -H "Authorization: Bearer $write_key")" '*429*'
like "300 without one" "$(sent)" '*[0-9] 429'
"$python" - "$port" "$write_key" >"$work/slow" <<-'PYTHON' &
	import socket, sys, time
	request = ("POST /metrics/latency HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 10\r\n\r\n" % sys.argv[2]).encode()
	slow = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for n in range(4)]
	for connection in slow:
	    connection.sendall(request)
	print("sent", flush=True)
	time.sleep(60)
PYTHON
slow=$!
later "$slow"
passes "four who send slowly" wait_for 10 grep -q sent "$work/slow"
sleep 1
with "$write_key" /metrics/latency -d '{}'
is_problem 429 ''
get /metrics/latency
is "a reader" "$status" 200
end_process "$slow"
freed() {
	with "$write_key" /metrics/latency -d '{}'
	[ "$status" != 429 ]
}
passes "when they have gone" wait_for 5 freed
finish
