#!/bin/sh
# tenants: what a tenant is answered is the same to the byte whether or not there is another, numbers of rows and positions included.
# suites: normal postgres
. "${0%/*}/lib.sh"

if [ "$engine" = postgres ]; then
	postgres_server
	set -- --server "$(postgres_url "$postgres_folder" postgres)"
fi
checks=1
"$python" "$top/tests/tenants.py" --build "$build" "$@" >"$work/out" 2>&1 || wrong "others are seen" "$(cut -c 1-1500 "$work/out")"
finish
