#!/bin/sh
# bytes: an endpoint need not speak JSON: its body, its answers and what it tells of failures may be bytes of a form of their own.
# suites: normal sanitize
. "${0%/*}/lib.sh"

# pour FILE [NAME=VALUE...]: posts a file to the sink; sets what `ask` does.
pour() {
	pour_file=$1
	shift
	env REQUEST_METHOD=POST SCRIPT_NAME=/sink CONTENT_TYPE=application/x-sink CONTENT_LENGTH="$(wc -c <"$pour_file")" "$@" \
		"$build/tests/sink" <"$pour_file" >"$work/raw" 2>"$work/log" || wrong "the sink ends with status $?" "$(cat "$work/log")"
	split_answer
}

# shown: the last answer's body, a byte 0 as @.
shown() {
	tr '\000\001\002\003\004\005' '@12345' <"$work/body"
}

printf 'a\000b\n' >"$work/poured"
pour "$work/poured"
is "bytes" "$status $(header Content-Type) $(shown | od -An -tx1)" "200 application/x-sink $(printf '@a@b\n@' | od -An -tx1)"
pour "$work/poured" CONTENT_TYPE='application/x-drain; q=1'
is "the type that was sent" "$(header Content-Type)" application/x-drain
printf nothing >"$work/poured"
pour "$work/poured"
is "an empty answer" "$status $(wc -c <"$work/body")" '200 0'
head -c 300000 /dev/urandom >"$work/poured"
pour "$work/poured"
is "many bytes" "$(wc -c <"$work/body") $(tail -c +2 "$work/body" | head -c 300000 | md5sum)" "300002 $(md5sum <"$work/poured")"

# Whatever fails, in the handler or before it.
printf wrong >"$work/poured"
pour "$work/poured"
is "a refusal" "$status $(header Content-Type) $(shown)" '400 application/x-sink-problem @4Bad Request/tap/It drips.'
printf busy >"$work/poured"
pour "$work/poured"
is "trouble" "$status $(header Retry-After) $(shown)" '503 2 @5Service Unavailable//The sink is full.'
pour "$work/poured" CONTENT_TYPE=text/plain
is "another type" "$status $(shown)" '415 @4Unsupported Media Type//Send Content-Type: application/x-sink application/x-drain.'
pour "$work/poured" REQUEST_METHOD=GET
is "another method" "$status $(header Allow) $(shown | cut -c 1-22)" '405 POST, OPTIONS @4Method Not Allowed//'
is "its log" "$(tail -n 1 "$work/log" | jq -rc '[.status, .problem]')" '[405,"Only POST, OPTIONS are understood here."]'
finish
