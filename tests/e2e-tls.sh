#!/bin/sh
# TLS 1.2 and 1.3 only, HTTP/2, and no downgrade by a client that insists.
# suites: normal
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

app_db calls
open_site "$db"

# over_tls OPTION...: what curl says of a request with these; the lowest security level, so that a refusal is the server's.
over_tls() {
	code=0
	curl -sk -m 10 -o "$work/body" -w '%{http_code} %{http_version}' --ciphers DEFAULT@SECLEVEL=0 "$@" "$https/healthz" || code=$?
}

is "TLS 1.2" "$(over_tls --tlsv1.2 --tls-max 1.2)" '200 2'
is "TLS 1.3" "$(over_tls --tlsv1.3)" '200 2'
is "HTTP/1.1 over TLS" "$(over_tls --http1.1)" '200 1.1'
for version in 1.0 1.1; do
	over_tls "--tlsv$version" --tls-max "$version" >"$work/said"
	is "TLS $version is refused" "$code $(cat "$work/said")" '35 000 0'
done

# The client can: a server that does speak them is understood.
spoken_port=$(free_port)
openssl s_server -accept "127.0.0.1:$spoken_port" -cert "$site/conf/certificate.pem" -key "$site/conf/key.pem" \
	-cipher DEFAULT@SECLEVEL=0 -www >"$work/s_server.log" 2>&1 &
later $!
wait_for 5 curl -sk -m 2 -o "$work/body" "https://127.0.0.1:$spoken_port/" || wrong "openssl s_server does not start"
for version in 1.0 1.1; do
	is "a client for TLS $version" "$(curl -sk -m 5 -o "$work/body" -w '%{http_code}' --ciphers DEFAULT@SECLEVEL=0 \
		"--tlsv$version" --tls-max "$version" "https://127.0.0.1:$spoken_port/" || :)" 200
done

# Authenticated encryption only.
is "CBC is refused" "$(curl -sk -m 5 -o "$work/body" -w '%{http_code}' --tls-max 1.2 --ciphers ECDHE-ECDSA-AES128-SHA256 \
	"$https/healthz" || :)" 000

bare /healthz
is "no HSTS over plain HTTP" "$(header Strict-Transport-Security)" ''
http=$https
bare /healthz
is "HSTS" "$(header Strict-Transport-Security)" 'max-age=31536000'
get /metrics/hourly
is "a question over TLS" "$status" 200

# Plain HTTP spoken to the port for TLS is told so.
http=http://127.0.0.1:$tls_port
bare /healthz
is "plain HTTP at the port for TLS" "$status" 400
like "says so" "$(json .detail)" '*use https*'
finish
