#!/bin/sh
# The answer from rollups is the answer of a look at every row, whatever the voice app does.
# Longer: LAW_OPERATIONS=100000 LAW_LIVES=20 LAW_SEED=7 tests/law.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$here/../build}
export BUILD
exec python3 -B "$here/law/law.py" "$@"
