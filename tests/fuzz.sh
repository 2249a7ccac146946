#!/bin/sh
# fuzz: every input of tests/fuzz/corpus, among them whatever once did harm, is read without harm.  tests/fuzz/run looks for more.
# suites: normal sanitize valgrind
. "${0%/*}/lib.sh"

corpus=$top/tests/fuzz/corpus
for harness in event json; do
	code=0
	# shellcheck disable=SC2086 # words
	${CM_RUN:-} "$build/tests/fuzz/$harness" "$corpus"/* >"$work/out" 2>"$work/err" || code=$?
	is "$harness: exit status" "$code" 0
	is "$harness: complaints" "$(cat "$work/err")" ''
	is "$harness: each was read" "$(tail -n 1 "$work/out")" "$(find "$corpus" -type f | wc -l) inputs"
	isnt "$harness: there are inputs" "$(tail -n 1 "$work/out")" '0 inputs'
done
finish
