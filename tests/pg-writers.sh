#!/bin/sh
# pg-writers: eight senders at once, through two sites, do not deadlock and are not slower than one; a server that ends meanwhile, in
# order and as in a crash, loses nothing that was answered.
# suites: postgres
CM_ENGINE=${CM_ENGINE:-postgres}
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

own_server 'fsync = on' 'full_page_writes = on' 'deadlock_timeout = 100ms'
server_log=$postgres_folder/log
own_db
open_site "$db"
first=$http first_port=$port first_site=$site sender_key=$write_key
open_site "$db"
second=$http
cp "$first_site/conf/keys" "$site/conf/keys"

# Batches of 250 events about the same 40 calls, each sender's in an order of its own: the rows that they touch are the same.
batches=12
make_batches() {
	awk -v sender="$1" -v batches="$batches" -v folder="$work" 'BEGIN {
		srand(sender + 1)
		for (b = 0; b < batches; b++) {
			file = folder "/batch-" sender "-" b
			for (i = 0; i < 250; i++) {
				call = int(rand() * 40)
				printf "{\"event_id\":\"%s-%d-%d\",\"call_id\":\"c%d\",\"timestamp\":\"2026-02-06T0%d:%02d:%02dZ\",", sender, b, i, call,
					rand() * 9, rand() * 60, rand() * 60 >file
				if (i % 5 == 0)
					printf "\"event_type\":\"call_started\",\"agent\":\"a%d\",\"tenant_id\":\"t%d\",\"data\":{\"direction\":\"inbound\"}}\n", call % 3, call % 2 >file
				else
					printf "\"event_type\":\"turn_latency\",\"tenant_id\":\"t%d\",\"data\":{\"turn_id\":\"%s-%d-%d\",\"latency_ms\":%d}}\n", call % 2,
						sender, b, i, rand() * 3000 >file
			}
			close(file)
		}
	}'
}

# send_batches SENDER ADDRESS: one after the other; writes what it was answered.
send_batches() {
	batch=0
	while [ "$batch" -lt "$batches" ]; do
		curl -s -m 60 -w ' %{http_code}\n' -H "Authorization: Bearer $sender_key" -H 'Content-Type: application/x-ndjson' \
			--data-binary "@$work/batch-$1-$batch" "$2/events"
		batch=$((batch + 1))
	done >"$work/answers-$1" 2>&1
}

# taken SENDER ...: how many of their events were.
taken() {
	for taken_of; do
		paste -d '' - - <"$work/answers-$taken_of"
	done | sed -n 's/^{"accepted":\([0-9]*\),"duplicates":0,"unknown":0,"rejected":\[\]} 200$/\1/p' | awk '{ n += $1 } END { print n + 0 }'
}

each=$((batches * 250))
for sender in one 1 2 3 4 5 6 7 8; do
	make_batches "$sender"
done
began=$(now_ms)
send_batches one "$first"
alone_ms=$(($(now_ms) - began))
began=$(now_ms)
senders=
for sender in 1 2 3 4 5 6 7 8; do
	[ $((sender % 2)) -eq 1 ] && at=$first || at=$second
	send_batches "$sender" "$at" &
	later $!
	senders="$senders $!"
done
for sender in $senders; do
	wait "$sender"
done
together_ms=$(($(now_ms) - began))
is "one sender's events are taken" "$(taken one)" "$each"
is "those of eight" "$(taken 1 2 3 4 5 6 7 8)" "$((8 * each))"
isnt "they took a time" "$together_ms" 0
echo "one sender: $((each * 1000 / alone_ms)) events a second; eight, through two sites: $((8 * each * 1000 / together_ms))"
is "each event once" "$(sql 'SELECT sum(length(keys)) / 8 FROM cm_call_event')" "$((9 * each))"
is "deadlocks" "$(grep -c 'deadlock detected' "$server_log" || :)" 0
obeys_law "eight senders"

# The ledger of eight senders, while the server ends and comes back.
{
	printf '#!/bin/sh\nset -eu\n. "%s"\n' "$top/tests/postgres.inc"
	printf 'case $1 in\nstop) end_postgres %s ;;\ncrash) end_postgres %s immediate ;;\nstart) run_postgres %s ;;\nesac\n' \
		"$postgres_folder" "$postgres_folder" "$postgres_folder"
} >"$work/server"
chmod +x "$work/server"
own_db
stop_sites
open_site "$db"
first_port=$port first_site=$site
echo "$write_key -" >"$work/keys"
open_site "$db"
cp "$first_site/conf/keys" "$site/conf/keys"
code=0
"$python" "$top/tests/ledger.py" run --port "$first_port" --port "$port" --keys "$work/keys" --db "$db" --server "$work/server" \
	--seconds "${LEDGER_SECONDS:-12}" --ledger "$work/ledger" || code=$?
is "the senders" "$code" 0
jq -r '.counts | to_entries | sort_by(.key)[] | "\(.value)\t\(.key)"' "$work/ledger"
is "answers that were wrong" "$(jq -r '.wrong[:10][]' "$work/ledger")" ''
is "every event was answered" "$(jq '.counts["answered events"] == (.facts.event | length)' "$work/ledger")" true
isnt "the server crashed" "$(jq '.counts["server crash"] // 0' "$work/ledger")" 0
isnt "senders tried again" "$(jq '.counts["batches tried again"] // 0' "$work/ledger")" 0
"$top/scripts/run" --stop --dir "$site" >/dev/null 2>&1
"$top/scripts/run" --stop --dir "$first_site" >/dev/null 2>&1
is "the facts" "$("$python" "$top/tests/ledger.py" check --db "$db" --ledger "$work/ledger" 2>&1)" ''
is "deadlocks, or worse" "$(grep -E 'deadlock detected|PANIC|corrupt' "$server_log" || :)" ''
obeys_law "after all that"
finish
