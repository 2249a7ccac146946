#!/bin/sh
# scripts/run after kill -9 of it, or of nearly everything: it starts again each time, on the same ports, with the same password.
# suites: normal
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

app_db calls
site=$(mktemp -d /tmp/cm-site.XXXXXX)
sites="$sites $site"
port=$(free_port) tls_port=$((32000 + port % 700)) http=http://127.0.0.1:$port
CALLMETRICS_NOW=$NOW
export CALLMETRICS_NOW
start_site() {
	CALLMETRICS_BUILD=$build "$top/scripts/run" --no-install --detach --dir "$site" --db "$db" --port "$port" --tls-port "$tls_port" \
		--user "$user" >"$work/run.out" 2>&1
}
# Whether $killed has died of it; on a busy machine that takes a moment.
# shellcheck disable=SC2317 # called by wait_for
is_dead() {
	! grep -qs '^State:[[:space:]]*[^Z]' "/proc/$killed/status"
}
passes "the first start" start_site
password=$(sed -n 's/^password  *//p' "$work/run.out")
like "a random password" "$password" '????????????????'
kept=$(sed -n 's/^kept in  *//p' "$work/run.out")
is "where it is kept" "$(cat "$kept") $(stat -c %a "$kept")" "$password 600"
get /metrics/hourly
is "with it" "$status" 200
started=1
for n in $(seq "${CALLMETRICS_TEST_ROUNDS:-20}"); do
	# By turns what keeps everything alive, nginx's master with it, every head, and all there is.
	case $((n % 4)) in
	1) victims=$(keeper) ;;
	2) victims="$(keeper) $(head_of nginx)" ;;
	3) victims="$(keeper) $(cut -d ' ' -f 1 "$site/children" | xargs)" ;;
	0) victims="$(keeper) $(head_of nginx) $(nginx_workers) $(head_of hourly) $(workers hourly)" ;;
	esac
	killed=$(keeper)
	# shellcheck disable=SC2086 # numbers
	signal KILL $victims
	wait_for 10 is_dead || wrong "the kill $n"
	if start_site; then
		started=$((started + 1))
	else
		wrong "start $n after kill -9" "$(cat "$work/run.out")"
	fi
	get "/metrics/hourly?_=$n"
	is "an answer, the same password ($n)" "$status" 200
done
is "starts" "$started" "$((${CALLMETRICS_TEST_ROUNDS:-20} + 1))"
is "one nginx listens" "$(ss -Hltnp "sport = :$port" | grep -o 'pid=[0-9]*' | sort -u | wc -l)" 3

# Somebody else's process that has a number of old is left alone.
killed=$(keeper)
signal KILL "$killed"
wait_for 10 is_dead || wrong "the last kill"
sleep 600 &
bystander=$!
later "$bystander"
sed -i "1s/^[0-9]* [0-9]*/$bystander 1/" "$site/children"
passes "another start" start_site
passes "the bystander lives" kill -0 "$bystander"
CALLMETRICS_BUILD=$build "$top/scripts/run" --stop --dir "$site" >"$work/said" 2>&1
is "nobody listens" "$(ss -Hltn "sport = :$port or sport = :$tls_port")" ''
finish
