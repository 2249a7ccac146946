#!/bin/sh
# hourly: calls by the hour; exactly as many hours as asked, the last the current one.
# suites: normal postgres sanitize valgrind
. "${0%/*}/lib.sh"

real_db
ask hourly
is "status" "$status" 200
golden hourly-24h.json
is "24 buckets" "$(json '[(.timeseries | length), .hours]')" '[24,24]'
is "the last is the current hour" "$(json '.timeseries[-1].hour')" 2026-02-06T10:00:00Z

ask hourly hours=1
is "one" "$(json '[.timeseries[].hour]')" '["2026-02-06T10:00:00Z"]'
ask hourly hours=8784
is "as many as there may be" "$(json '.timeseries | length')" 8784
ask hourly hours=1 CALLMETRICS_NOW=2026-02-06T10:00:00Z
is "at the full hour, the one that just ended" "$(json '[.timeseries[].hour]')" '["2026-02-06T09:00:00Z"]'
ask hourly hours=2 CALLMETRICS_NOW=2026-02-06T10:00:00.000001Z
is "a microsecond on, the new one" "$(json '[.timeseries[].hour]')" '["2026-02-06T09:00:00Z","2026-02-06T10:00:00Z"]'

ask hourly hours=3 CALLMETRICS_NOW=2020-01-01T00:30:00Z
golden hourly-nothing.json

ask hourly 'start_time=2026-02-05T22:17:00Z&end_time=2026-02-06T01:05:00Z'
golden hourly-across-midnight.json
ask hourly 'start_time=1770330000&end_time=1770333600.5'
is "Unix seconds too" "$(json '[.timeseries[].hour]')" '["2026-02-05T22:20:00Z","2026-02-05T23:00:00Z"]'
finish
