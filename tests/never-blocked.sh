#!/bin/sh
# suites: normal
# The voice app is never blocked: its writes succeed, each within 250 ms, while a database is attached under it, while it is
# pruned, and while the heaviest questions are asked.
# Larger: NEVER_BLOCKED_CALLS=200000 NEVER_BLOCKED_STEPS=1000000 tests/never-blocked.sh
. "${0%/*}/lib.sh"

checks=1
"$python" "$top/tests/law/never_blocked.py" --build "$build" --dir "$work" "$@" || wrong "a write of the voice app"
finish
