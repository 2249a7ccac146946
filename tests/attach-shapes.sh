#!/bin/sh
# attach-shapes: tables of a voice app of every shape, empty and filled: its writes behave as without us and our facts are what its rows
# give, or attach refuses and leaves nothing.  CM_SHAPES, the number of shapes (200); CM_SHAPES_FROM, the first one's number.
# suites: normal
. "${0%/*}/lib.sh"
[ "$engine" = sqlite ] || { echo "$test_name: of files"; exit 77; }
mkdir "$work/shapes"
passes "shapes" "$python" "$top/tests/attach-shapes.py" "$build" "$work/shapes" "${CM_SHAPES:-200}" "${CM_SHAPES_FROM:-1}"
tee "$work/said" <"$work/passes.log"
passes "most of them are attached" awk '/ attached, / && $1 > 2 * $3 { most = 1 } END { exit !most }' "$work/said"
finish
