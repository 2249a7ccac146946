#!/bin/sh
# The voice app is never blocked: its writes succeed, each within 250 ms, while a large database is attached under it, while
# it is pruned, and while the heaviest questions are asked.
# Larger: NEVER_BLOCKED_CALLS=1000000 NEVER_BLOCKED_STEPS=5000000 tests/never-blocked.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$here/../build}
export BUILD
exec python3 -B "$here/law/never_blocked.py" "$@"
