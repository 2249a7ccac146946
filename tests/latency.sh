#!/bin/sh
# latency: how long callers and components wait.
# suites: normal sanitize valgrind
. "${0%/*}/lib.sh"

real_db
ask latency
is "status" "$status" 200
golden latency-24h.json
ask latency 'hours=3&component=tool&interval=1h'
golden latency-tool-by-hour.json
ask latency 'hours=1&interval=5m&component=turn_e2e'
is "5m of an hour" "$(json '.timeseries | length')" 12
is "spans add up" "$(json '[.timeseries[].turn_e2e.count] | add')" "$(json '.components.turn_e2e.count')"
ask latency 'component=network'
is "no data is null" "$(json '.components')" '{"network":{"count":0,"avg":null,"min":null,"max":null,"p50":null,"p95":null,"p99":null}}'
ask latency 'hours=24&interval=1m'
is_problem 400 interval '*1000 spans*'
ask latency 'hours=1&interval=4s'
is "900 spans are not too many" "$(json '.timeseries | length')" 900
finish
