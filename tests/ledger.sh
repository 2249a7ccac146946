#!/bin/sh
# ledger: what senders were told is stored is stored, each event once, though the programs and nginx are killed, the disk fills up
# and the database is locked, or its server crashes, all the while.
# suites: normal postgres sanitize
#
# The disk that fills up is a file system of this test's own, in a mount namespace of its own, so that it goes away with the last
# process of the test.  Where no such may be made, a preloaded library refuses to write instead (tests/unwritten.c).
disk=${LEDGER_DISK:-}
[ "${CM_ENGINE:-sqlite}" = sqlite ] || disk=server
if [ -z "$disk" ]; then
	for disk in '-m' '-rm'; do
		if unshare "$disk" mount -t tmpfs -o size=1m ledger /mnt 2>/dev/null; then
			LEDGER_DISK=mounted exec unshare "$disk" "$0" "$@"
		fi
	done
	disk=preloaded
fi
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

mkdir "$work/disk"
case $disk in
mounted)
	mount -t tmpfs -o size=128m ledger "$work/disk"
	trap 'e2e_status=$?; set +e; stop_sites; umount "$work/disk" || umount -l "$work/disk"; (exit $e2e_status); leave' EXIT
	troubles="--fill $work/disk"
	;;
preloaded)
	echo "NOTE: no file system can be mounted here, not even in a user namespace: a preloaded library plays the full disk"
	troubles="--flag $work/disk-is-full"
	${CC:-cc} -shared -fPIC -O2 -o "$work/unwritten.so" "$top/tests/unwritten.c" -ldl
	;;
server)
	# A server that may crash, and loses nothing that it said was stored.
	own_server 'fsync = on' 'full_page_writes = on'
	server_log=$postgres_folder/log
	{
		printf '#!/bin/sh\nset -eu\n. "%s"\n' "$top/tests/postgres.inc"
		printf 'case $1 in\nstop) end_postgres %s ;;\ncrash) end_postgres %s immediate ;;\nstart) run_postgres %s ;;\nesac\n' \
			"$postgres_folder" "$postgres_folder" "$postgres_folder"
	} >"$work/server"
	chmod +x "$work/server"
	troubles="--server $work/server"
	;;
*)
	echo "LEDGER_DISK is mounted, preloaded, or not set"
	exit 2
	;;
esac

own_db
if [ "$engine" = sqlite ]; then
	mv "$db" "$work/disk/calls.db"
	db=$work/disk/calls.db
fi
if [ "$disk" = preloaded ]; then
	export LD_PRELOAD="$work/unwritten.so" UNWRITTEN_WHILE="$work/disk-is-full" ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0"
	open_site "$db"
	unset LD_PRELOAD
else
	open_site "$db"
fi
{
	echo "$write_key -"
	echo "$(key add acme-sender --tenant acme) acme"
	echo "$(key add north-sender --tenant north) north"
} >"$work/keys"
is "keys" "$(grep -c '^cm_[0-9a-f_]* ' "$work/keys")" 3

# shellcheck disable=SC2086 # words
"$python" "$top/tests/ledger.py" run --port "$port" --keys "$work/keys" --site "$site" --db "$db" $troubles \
	--seconds "${LEDGER_SECONDS:-24}" --ledger "$work/ledger" &
senders=$!
later "$senders"
code=0
wait "$senders" || code=$?
is "the senders" "$code" 0

jq -r '.counts | to_entries | sort_by(.key)[] | "\(.value)\t\(.key)"' "$work/ledger"
is "answers that were wrong" "$(jq -r '.wrong[:10][]' "$work/ledger")" ''

# at_least WHAT MINIMUM: it happened so often.
at_least() {
	checks=$((checks + 1))
	happened=$(jq --arg what "$1" '.counts[$what] // 0' "$work/ledger")
	[ "$happened" -ge "$2" ] || wrong "$1 happened $happened times, not $2"
}
at_least "answered events" 1000
for form in single array lines gzip; do
	at_least "$form" 10
done
at_least padded 2
at_least "events killed" 5
at_least "nginx workers killed" 1
at_least "nginx killed" 1
if [ "$engine" = sqlite ]; then
	at_least "disk filled" 2
	at_least "503 for it is full" 1
	at_least "locked for long" 1
	at_least locked 2
	at_least "503 for it is locked" 1
else
	at_least "server crash" 3
	at_least "server stop" 1
	at_least "503 with Retry-After" 1
fi
at_least "thrown away" 1
at_least "sent again" 1
at_least "batches tried again" 10
at_least "answered as sent before" 1
is "each 503 says when to try again" "$(jq '.counts["503 with Retry-After"] == .counts["status 503"]' "$work/ledger")" true
is "every event was answered" "$(jq '.counts["answered events"] == (.facts.event | length)' "$work/ledger")" true

# Nothing is running any more that might write.
"$top/scripts/run" --stop --dir "$site" >/dev/null 2>&1
is "the facts" "$("$python" "$top/tests/ledger.py" check --db "$db" --ledger "$work/ledger" 2>&1)" ''
obeys_law "after all that"
if [ "$engine" = sqlite ]; then
	echo "the database: $(($(stat -c %s "$db") >> 20)) MiB of 128"
	is "integrity" "$(sql 'PRAGMA integrity_check')" ok
else
	is "what the server complained of" "$(grep -E 'PANIC|deadlock|could not|corrupt' "$server_log" | grep -v -E 'could not (send|receive) data' || :)" ''
fi
is "sanitizers" "$(grep -h -E 'ERROR: (Address|Leak)Sanitizer|runtime error:' "$site/log/programs.log" || :)" ''
finish
