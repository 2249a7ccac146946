#!/bin/sh
# trouble: a database that cannot be read gets a 503 that says which trouble it is and what to do, names nothing of the
# server, and is over for the same worker when its cause is gone.
. "${0%/*}/lib.sh"

# A database that nobody writes to but us, with the calls of one that was followed.
real_db
sane=$work/sane.db
cp "$(own "$db")" "$sane"
chmod u+w "$sane"
db=$work/calls.db
cp "$sane" "$db"
chmod 755 "$work"

# As root nothing is unreadable: the worker then runs as nobody.
as_nobody=
if [ "$(id -u)" -eq 0 ]; then
	as_nobody='setpriv --reuid=65534 --regid=65534 --clear-groups'
fi

# in_trouble PATTERN: hourly, dashboard, ... are refused; health says so itself.
in_trouble() {
	send 'hours=1'
	is_problem 503 '' "$1"
	isnt "Retry-After" "$(header Retry-After)" ''
	lives
	ask dashboard
	is_problem 503 '' "$1"
	ask export 'format=csv'
	is_problem 503 '' "$1"
	ask health
	is "health: status" "$status $(json '[.status, .indicators.calls_last_hour]')" '503 ["degraded",0]'
	like "health: warning" "$(json '.warnings[0]')" "$1"
	names_nothing
	ask health '' SCRIPT_NAME=/healthz
	is "probe" "$status $(cat "$work/body")" '503 unavailable'
}

# well: the same worker answers rightly again.
well() {
	send 'hours=24'
	is "$1: status" "$status" 200
	is "$1: total" "$(json '[.timeseries[].total] | add')" 468
	lives
}

# fresh: the database as it should be, as a new file.
fresh() {
	rm -f "$db" "$db-wal" "$db-shm" "$db.callmetrics" "$db.callmetrics-wal" "$db.callmetrics-shm"
	cp "$sane" "$db"
}

CM_RUN_SAVED=${CM_RUN:-}
CM_RUN=
CALLMETRICS_DB=$db
serve hourly CALLMETRICS_DB="$db" CALLMETRICS_NOW="$NOW"
well "at first"

rm -f "$db" "$db-wal" "$db-shm"
in_trouble '*no call database*CALLMETRICS_DB*'
fresh
well "put back"

mv "$db" "$db.away"
mkdir "$db"
in_trouble '*all database*'
rmdir "$db"
mv "$db.away" "$db"
well "a folder in its place, and back"

: >"$db"
in_trouble '*empty*attach it when*callmetrics create*'
fresh
well "an empty file, and back"

rm -f "$db"
echo 'This is a letter to the editor, and no database at all; it is long enough to be read as a page of one.' >"$db"
in_trouble '*not a SQLite database*'
fresh
well "a letter, and back"

rm -f "$db"
head -c 300000 /dev/urandom >"$db"
in_trouble '*not a SQLite database*'
fresh
well "noise, and back"

app_db calls
in_trouble '*not attached*callmetrics attach*'
attach "$db"
well "not attached, and then attached"

# The voice app's file is gone, and its journal: what it wrote cannot be known.
mv "$db" "$db.away"
in_trouble '*no call database*'
mv "$db.away" "$db"
well "put back beside ours"
sqlite3 "$db" 'DROP TABLE callmetrics_journal'
in_trouble '*no journal*callmetrics attach*'
attach "$db"
well "a journal again"
cp "$db" "$db.older"
sqlite3 "$db" "UPDATE calls SET has_audio = has_audio WHERE rowid = 1"
well "the app writes"
mv "$db.older" "$db"
ask health
like "an older copy: health tells" "$(json .warnings)" '*it was restored*compared by: callmetrics follow*'
attach "$db"
well "an older copy, compared"

fresh
sqlite3 "$(own "$db")" 'DROP TABLE cm_meta' || :
in_trouble '*attach*'
fresh
sqlite3 "$(own "$db")" "DELETE FROM cm_meta WHERE key = 'schema_version'"
in_trouble '*broken off*callmetrics attach*'
sqlite3 "$(own "$db")" "INSERT INTO cm_meta VALUES ('schema_version', '1')"
in_trouble '*older version*callmetrics migrate*'
sqlite3 "$(own "$db")" "UPDATE cm_meta SET value = '999' WHERE key = 'schema_version'"
in_trouble '*newer version*'
fresh
well "an older and a newer version, and back"

# Pages overwritten in the middle, under the open worker and then as a new file.
pages=$(($(wc -c <"$db") / 4096))
dd if=/dev/urandom of="$db" bs=4096 seek=1 count=$((pages - 1)) conv=notrunc 2>/dev/null
send 'hours=1&_=1'
like "corrupt under the worker: what it knew, or a 503" "$status" '[25]0[03]'
lives
cp "$db" "$db.corrupt"
rm -f "$db" "$db-wal" "$db-shm"
mv "$db.corrupt" "$db"
in_trouble '*corrupt*'
fresh
well "corrupt, and back"

# Cut off in the middle.
truncate -s 40960 "$db"
send 'hours=24'
is "cut off: status" "$status" 503
lives
fresh
well "cut off, and back"

# wal and shm taken away while nobody writes.
sqlite3 "$db" "PRAGMA journal_mode = wal; UPDATE cm_call SET has_audio = 1 WHERE rowid = 1" >/dev/null
well "a write-ahead log"
rm -f "$db-wal" "$db-shm"
send 'hours=24'
is_problem 503 '' '*-wal file*deleted or replaced*'
well "it was said, and what is there is answered"

# Locked by a writer that allows no readers.
fresh
sqlite3 "$db" 'PRAGMA journal_mode = delete' >/dev/null
mkfifo "$work/hold"
sqlite3 "$db" <"$work/hold" >"$work/held" 2>&1 &
holder=$!
later "$holder"
exec 3>"$work/hold"
printf 'PRAGMA locking_mode = exclusive;\nBEGIN EXCLUSIVE;\nSELECT 1;\n' >&3
left=$(scaled 100)
while ! grep -q '^1' "$work/held" && [ "$left" -gt 0 ]; do
	sleep 0.05
	left=$((left - 1))
done
send 'hours=1'
is_problem 503 '' '*locked*'
lives
ask health
like "health: locked" "$(json '.warnings[0]')" '*locked*'
printf 'ROLLBACK;\n.quit\n' >&3
exec 3>&-
wait "$holder" || :
well "locked, and free again"
stop_worker

# Unreadable: the worker is somebody else.
fresh
chmod 600 "$db"
# shellcheck disable=SC2086 # words
if [ -n "$as_nobody" ]; then
	rm -f "$work/locked-out.sock"
	mkdir "$work/open"
	chmod 777 "$work/open"
	socket=$work/open/hourly.sock
	# The socket is made by who serves it.
	env CALLMETRICS_DB="$db" CALLMETRICS_NOW="$NOW" $as_nobody spawn-fcgi -n -s "$socket" -- "$build/cgi-bin/hourly" \
		>"$work/worker.out" 2>"$work/worker.log" &
	worker=$!
	later "$worker"
	left=$(scaled 100)
	while [ ! -S "$socket" ] && [ "$left" -gt 0 ]; do
		sleep 0.1
		left=$((left - 1))
	done
else
	chmod 000 "$db"
	serve hourly CALLMETRICS_DB="$db" CALLMETRICS_NOW="$NOW"
fi
send 'hours=1'
is_problem 503 '' '*cannot be read*owner and mode*'
lives
chmod 644 "$db"
chmod 777 "$work"
well "readable again"
stop_worker
CM_RUN=$CM_RUN_SAVED
finish
