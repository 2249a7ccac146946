#!/bin/sh
# dashboard: a window against the one before it, at a glance.
# suites: normal postgres sanitize valgrind
. "${0%/*}/lib.sh"

real_db
ask dashboard
is "status" "$status" 200
is "type" "$(header Content-Type)" application/json
like "may be cached" "$(header Cache-Control)" "max-age=10*"
golden dashboard-24h.json

ask dashboard 'hours=3&pretty=1'
golden dashboard-3h-pretty.json

ask dashboard 'agent=billing&call_type=inbound&days=2'
golden dashboard-billing-inbound.json

# Nothing in the window and nothing before it: counts are 0, all else is null.
ask dashboard 'start_time=2020-01-01T00:00:00Z&end_time=2020-01-01T01:00:00Z'
golden dashboard-nothing.json

# A login that is bound to a tenant sees that tenant, whatever it asks.
made_db
ask dashboard 'days=20&tenant_id=acme'
cp "$work/body" "$work/acme"
ask dashboard 'days=20&tenant_id=globex' CALLMETRICS_TENANT=acme
is "the login's tenant wins" "$(cat "$work/body")" "$(cat "$work/acme")"
ask dashboard 'days=20' CALLMETRICS_TENANT=acme
is "unasked too" "$(cat "$work/body")" "$(cat "$work/acme")"
ask dashboard 'days=20&tenant_id=globex'
isnt "the tenants differ" "$(cat "$work/body")" "$(cat "$work/acme")"
finish
