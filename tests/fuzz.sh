#!/bin/sh
# fuzz: every input of tests/fuzz/corpus, among them whatever once did harm, is read without harm.  tests/fuzz/run looks for more.
# suites: normal sanitize valgrind
. "${0%/*}/lib.sh"

corpus=$top/tests/fuzz/corpus
code=0
# shellcheck disable=SC2086 # words
${CM_RUN:-} "$build/tests/fuzz/event" "$corpus"/* >"$work/out" 2>"$work/err" || code=$?
is "exit status" "$code" 0
is "complaints" "$(cat "$work/err")" ''
is "each was read" "$(tail -n 1 "$work/out")" "$(find "$corpus" -type f | wc -l) inputs"
isnt "there are inputs" "$(tail -n 1 "$work/out")" '0 inputs'
finish
