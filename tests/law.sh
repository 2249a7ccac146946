#!/bin/sh
# suites: normal postgres
# The answer from rollups is the answer of a look at every row, whatever the voice app does.
# Longer: LAW_OPERATIONS=100000 LAW_LIVES=20 LAW_SEED=7 tests/law.sh; see tests/law/law.py --help.
. "${0%/*}/lib.sh"

checks=1
# Calls are counted as soon as they have ended; how they settle is counters.sh's.
CALLMETRICS_SETTLE_S=0
export CALLMETRICS_SETTLE_S
if [ "$engine" = postgres ]; then
	postgres_server
	LAW_SERVER=$(postgres_url "$postgres_folder" postgres)
	# Each statement goes to a server and back, twice.
	LAW_OPERATIONS=${LAW_OPERATIONS:-3000}
	export LAW_SERVER LAW_OPERATIONS
fi
LAW_KEEP=${LAW_KEEP:-$PWD} "$python" "$top/tests/law/law.py" --build "$build" "$@" || wrong "the law is broken"
finish
