#!/bin/sh
# daily: calls by the local date; a day has 23 or 25 hours where the clocks change.
# suites: normal postgres sanitize valgrind
. "${0%/*}/lib.sh"

real_db
ask daily
is "status" "$status" 200
golden daily-30d.json
is "30 days, the last is today" "$(json '[(.timeseries | length), .days, .timeseries[-1].date]')" '[30,30,"2026-02-06"]'
ask daily 'days=4&tz=Asia/Kathmandu'
golden daily-kathmandu.json
ask daily 'days=1&tz=Pacific/Kiritimati'
is "there it is tomorrow already" "$(json '.timeseries[0].date')" 2026-02-07
ask daily 'days=1&tz=Pacific/Pago_Pago' CALLMETRICS_NOW=2026-02-06T10:59:00Z
is "and here still yesterday" "$(json '.timeseries[0].date')" 2026-02-05
ask daily days=3660
is "ten years" "$(json '[(.timeseries | length), .timeseries[0].date]')" '[3660,"2016-01-31"]'

# A call in each hour around both changes of Berlin's clocks: the day in March has 23, the one in October 25.
attached_db clocks
awk 'BEGIN {
	for (n = 0; n < 96; n++) {
		insert = "INSERT INTO calls (call_id, call_type, started_at, status) VALUES (\047%s%d\047, \047inbound\047, "
		printf insert "\0472025-03-%02dT%02d:30:00\047, \047cancelled\047);\n", "spring", n, 28 + n / 24, n % 24
		printf insert "\0472025-10-%02dT%02d:30:00\047, \047cancelled\047);\n", "autumn", n, 24 + n / 24, n % 24
	}
}' | sql
ask daily 'days=3&tz=Europe/Berlin' CALLMETRICS_NOW=2025-03-31T22:00:00Z
is "spring" "$(json '[.timeseries[] | [.date, .total]]')" '[["2025-03-29",24],["2025-03-30",23],["2025-03-31",24]]'
ask daily 'days=3&tz=Europe/Berlin' CALLMETRICS_NOW=2025-10-27T23:00:00Z
is "autumn" "$(json '[.timeseries[] | [.date, .total]]')" '[["2025-10-25",24],["2025-10-26",25],["2025-10-27",24]]'
ask daily 'days=3' CALLMETRICS_NOW=2025-03-31T21:00:00Z
is "UTC knows no such thing" "$(json '[.timeseries[] | .total]')" '[24,24,21]'

# Samoa left out 30 December 2011, when it came over the date line: there is no such day.
for at in 29T12 30T09 30T11 31T09; do
	sql "INSERT INTO calls (call_id, call_type, started_at, status) VALUES ('$at', 'inbound', '2011-12-$at:30:00', 'cancelled')"
done
ask daily 'start_time=2011-12-29T10:00:00Z&end_time=2012-01-01T10:00:00Z&tz=Pacific/Apia'
is "a day that was left out" "$(json '[[.timeseries[] | [.date, .total]], .days]')" \
	'[[["2011-12-29",2],["2011-12-31",2],["2012-01-01",0]],3]'
ask daily 'days=3&tz=Pacific/Apia' CALLMETRICS_NOW=2012-01-01T09:00:00Z
is "three days, without it" "$(json '[[.timeseries[] | [.date, .total]], .days]')" '[[["2011-12-29",2],["2011-12-31",2],["2012-01-01",0]],3]'

# One worker answers one zone after another.
serve daily CALLMETRICS_DB="$db" CALLMETRICS_NOW=2025-03-31T21:00:00Z
send 'days=1&tz=Asia/Tokyo'
is "Tokyo" "$(json '.timeseries[0].date')" 2025-04-01
send 'days=1&tz=America/New_York'
is "then New York" "$(json '.timeseries[0].date')" 2025-03-31
send 'days=1'
is "then UTC" "$(json '[.timeseries[0].date, .timeseries[0].total]')" '["2025-03-31",21]'
stop_worker
finish
