#!/bin/sh
# follow: what happens to a voice app's file while it is followed: it is restored, vacuumed, its journal dropped, the follower killed, the
# power cut; a question asked after a commit sees it, under writes and while others hold our database; and a long journal is taken in.
# Longer: CM_KILLS, CM_CUTS, CM_QUESTIONS, CM_RATE (writes a second of each of two writers), CM_WAIT (seconds between questions),
# CM_ROWS (of the long journal), CM_SECONDS; CM_SEED.  A part alone: tests/follow.py BUILD FOLDER PART.
# suites: normal
. "${0%/*}/lib.sh"
[ "$engine" = sqlite ] || { echo "$test_name: of files"; exit 77; }
mkdir "$work/files"
for shim in unwritten written; do
	${CC:-cc} -shared -fPIC -O2 -o "$work/$shim.so" "$top/tests/$shim.c" -ldl
done
CM_UNWRITTEN=$work/unwritten.so
CM_WRITTEN=$work/written.so
export CM_UNWRITTEN CM_WRITTEN
for part in restore vacuum compared dropped renamed ahead renumbered kill detach power fresh held backlog modes; do
	passes "$part" "$python" "$top/tests/follow.py" "$build" "$work/files" "$part"
	cat "$work/passes.log"
done
finish
