#!/bin/sh
# hardening: programs are built so that a fault is no easy way in, and a database that we make is not for everybody.
# suites: normal
. "${0%/*}/lib.sh"

for program in "$build"/cgi-bin/* "$build"/jobs/*; do
	if [ ! -x "$program" ] || [ ! -f "$program" ]; then continue; fi
	name=${program##*/}
	readelf -W -h -l -d -n "$program" >"$work/elf" 2>/dev/null
	like "$name is at home anywhere (PIE)" "$(sed -n 's/^ *Type: *//p' "$work/elf" | head -n 1)" 'DYN *'
	like "$name: full RELRO" "$(grep -c 'GNU_RELRO' "$work/elf") $(grep -c -E 'FLAGS.*(BIND_NOW|NOW)' "$work/elf")" '1 [12]'
	is "$name: no stack that runs" "$(grep 'GNU_STACK' "$work/elf" | grep -c ' RWE ' || :)" 0
done
# Of all the programs' code: guarded functions of libc, stack protector, and branches that land where they may.
nm -D "$build/cgi-bin/events" >"$work/names"
isnt "guarded functions of libc" "$(grep -c '_chk@' "$work/names" || :)" 0
isnt "stack protector" "$(grep -c '__stack_chk_fail' "$work/names" || :)" 0
if [ "$(uname -m)" = x86_64 ]; then
	isnt "branches land on endbr64" "$(objdump -d --disassemble=main "$build/cgi-bin/events" | grep -c endbr64 || :)" 0
fi

# Databases of our own.
made() {
	rm -f "$work/made.db" "$work/made.db-wal" "$work/made.db-shm"
	made_umask=$1
	shift
	(umask "$made_umask" && env "$@" "$build/jobs/create" "$work/made.db" >"$work/said" 2>&1)
	stat -c '%a %G' "$work/made.db"
}
group=$(id -gn)
is "under a wide umask" "$(made 022)" "640 $group"
is "and nothing beside it is wider" "$(find "$work" -name 'made.db*' -perm /0137 | wc -l)" 0
is "under a narrow one" "$(made 077)" "600 $group"
is "for the group to write" "$(made 022 CALLMETRICS_DB_MODE=0660)" "660 $group"
is "nonsense is not set" "$(made 022 CALLMETRICS_DB_MODE=everyone CALLMETRICS_DB_GROUP=nobody-of-that-name)" "640 $group"
if [ "$(id -u)" -eq 0 ]; then
	is "another group" "$(made 022 CALLMETRICS_DB_GROUP=www-data)" "640 www-data"
fi
finish
