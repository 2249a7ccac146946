#!/bin/sh
# A login that is bound to a tenant sees that tenant, whatever its query or header says.
# suites: normal postgres sanitize
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

many_calls calls 400
open_site "$db"
bind_login bound acme
bind_login stranger nobody

# sees WHAT HOW-MANY LOGIN QUERY [option of curl ...]: so many calls are in the export, and the dashboard says the same.
sees() {
	sees_what=$1
	sees_count=$2
	sees_login=$3
	sees_query=$4
	shift 4
	bare "/metrics/export?format=ndjson$sees_query" -u "$sees_login:$password" "$@"
	is "$sees_what: export" "$status $(wc -l <"$work/body")" "200 $sees_count"
	bare "/metrics/dashboard?hours=24$sees_query" -u "$sees_login:$password" "$@"
	is "$sees_what: dashboard" "$status $(json .summary.total_calls)" "200 $sees_count"
}

sees "all of them" 400 "$user" ''
sees "one by choice" 100 "$user" '&tenant_id=north'
sees "the bound one" 100 bound ''
sees "the bound one by name" 100 bound '&tenant_id=acme'
is "whose calls" "$(bare '/metrics/export?format=ndjson' -u "bound:$password" && jq -r .tenant_id "$work/body" | sort -u)" acme
sees "nobody's" 0 stranger ''

# Another tenant's calls, asked for in each way there is.
for query in tenant_id=north tenant%5Fid=north 'tenant_id=' CALLMETRICS_TENANT=north; do
	bare "/metrics/dashboard?hours=24&$query" -u "bound:$password"
	case $status in
	200) is "$query" "$(json .summary.total_calls)" 100 ;;
	*) like "$query" "$status" 4?? ;;
	esac
	is "$query: none of north's" "$(grep -c north "$work/body" || :)" 0
done
for name in CALLMETRICS_TENANT CallMetrics-Tenant X-Tenant-Id Tenant-Id Remote-User X-Remote-User; do
	sees "a header $name" 100 bound '' -H "$name: north"
	sees "an empty header $name" 100 bound '' -H "$name;"
done
sees "a second Authorization" 100 bound '' -H 'X-Authorization: Basic bm9ydGg6eA=='
# curl would send one of two; a client of one's own sends both, and nginx refuses.
printf 'GET /metrics/dashboard HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Basic %s\r\nAuthorization: Basic %s\r\n\r\n' \
	"$(printf 'stranger:%s' "$password" | base64)" "$(printf '%s:%s' "$user" "$password" | base64)" >"$work/request"
timeout "$(scaled 10)" openssl s_client -quiet -connect "127.0.0.1:$tls_port" <"$work/request" >"$work/said" 2>/dev/null || :
unlike "two logins at once" "$(cat "$work/said")" '*"total_calls":[1-9]*'

# Tenants whose names read like a query, or a query that reads like a name: each has an answer of its own.
acme_key=$(key add acme --scope read --tenant acme)
odd_key=$(key add odd --scope read --tenant 'acme|GET|/metrics/dashboard|_=x')
with "$acme_key" '/metrics/dashboard?_=x|GET|/metrics/hourly|'
is "acme's dashboard" "$status $(json .summary.total_calls) $(header X-Cache)" '200 100 MISS'
with "$odd_key" /metrics/hourly
is "the odd tenant's hours" "$status $(json '[.timeseries[].total] | add') $(header X-Cache)" '200 0 MISS'
odd_key=$(key add odd --scope read --tenant '_=y acme')
for protocol in --http1.1 --http2; do
	[ "$protocol" = --http1.1 ] || http=$https
	with "$odd_key" "/metrics/dashboard?$protocol" "$protocol"
	with "$odd_key" '/metrics/dashboard' "$protocol"
	is "the odd tenant's dashboard" "$status $(json .summary.total_calls)" '200 0'
	for blank in ' ' '	' '%20' '+'; do
		with "$acme_key" / "$protocol" --request-target "/metrics/dashboard?_=y${blank}acme"
		case $blank in
		' ' | '	') is "\"$blank\" in a query" "$status" 400 ;;
		*) is "\"$blank\" in a query" "$status $(json .summary.total_calls)" '200 100' ;;
		esac
	done
done
http=http://127.0.0.1:$port

# One call of another tenant, by its number.
theirs=$(sql "SELECT call_id FROM calls WHERE metadata LIKE '%north%' LIMIT 1")
bare "/metrics/latency/events?call_id=$theirs" -u "bound:$password"
is "steps of another's call" "$status $(json .count)" '200 0'
bare "/metrics/export?after=$theirs" -u "bound:$password"
is "where another's call stands" "$status" 404

# What is open to everybody takes no tenant from a login that nobody has checked.
bare /metrics/health -u "bound:wrong"
is "a wrong password" "$status" 401
bare '/healthz?tenant_id=acme' -u "bound:wrong"
is "/healthz" "$status" 200
finish
