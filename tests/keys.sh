#!/bin/sh
# keys: made, listed and revoked from the command line; the file keeps hashes only, and outlives what people do to it.
# suites: normal sanitize
. "${0%/*}/lib.sh"

CALLMETRICS_BUILD=$build
export CALLMETRICS_BUILD
file=$work/keys
# key ARGUMENT...: callmetrics key; sets code, and the files said and complained.
key() {
	code=0
	"$top/scripts/callmetrics" key "$@" --keys "$file" >"$work/said" 2>"$work/complained" || code=$?
}
# wrong_use ARGUMENT...
wrong_use() {
	key "$@"
	is "key $*" "$code $(wc -c <"$work/said")" '2 0'
	like "key $*: how it is used" "$(cat "$work/complained")" 'callmetrics key: *usage: callmetrics key *NAME*'
}

wrong_use add
wrong_use
wrong_use frobnicate
wrong_use list something
wrong_use revoke
wrong_use add two names
wrong_use add name --scope admin
wrong_use add name --scope ''
wrong_use add name --tenant ''
wrong_use add name --tenant ' acme'
wrong_use add name --tenant "$(printf 'a\tb')"
wrong_use add name --nonsense
is "nothing was made" "$(find "$work" -name 'keys*')" ''
key revoke 00000000
is "to revoke what is not there" "$code" 1
key add "$(printf 'two\nlines')"
is "a name of two lines" "$code" 1
key add "$(printf '%065d' 0)"
is "a name too long" "$code" 1
is "nothing was made" "$(find "$work" -name 'keys*')" ''

key add 'the first'
is "add" "$code $(wc -l <"$work/said")" '0 1'
first=$(cat "$work/said")
like "a key" "$first" 'cm_????????_????????????????????????????????????????????????????????????????'
is "its digits" "$(printf '%s' "${first#cm_}" | tr -d '0-9a-f')" _
like "a word to the person" "$(cat "$work/complained")" '*not shown again*'
hash=$(printf '%s' "${first##*_}" | sha256sum | cut -d ' ' -f 1)
id=$(printf '%s' "$first" | cut -c 4-11)
like "its line" "$(cat "$file")" "$id	$hash	write	\\*	20*Z	the first"
is "the file is its owner's and group's" "$(stat -c %a "$file")" 640
key add reader --scope read --tenant 'Ärzte & Söhne'
second=$(cat "$work/said")
key add both --scope write,read --tenant acme
key list
is "list" "$code $(cut -f 2,3,5 "$work/said" | tr '\t\n' ',;')" \
	'0 scope,tenant,name;write,*,the first;read,Ärzte & Söhne,reader;read,write,acme,both;'
is "no secret, no hash" "$(grep -c -e "${first##*_}" -e "$hash" "$work/said" || :)" 0

# What a person wrote into the file stays there; what is no key is told, and can be taken out.
chmod 600 "$file"
printf '# a note\n\nnonsense\ndeadbeef\tnot a hash\tread\n' >>"$file"
key list
is "list with nonsense" "$code $(wc -l <"$work/said")" '0 4'
like "where it is" "$(cat "$work/complained")" '*line 6 is no key*'
key revoke deadbeef
is "to revoke nonsense" "$code" 0
key revoke "$id"
is "revoke" "$code $(cat "$work/said")" "0 key $id is revoked"
is "what is left" "$(cut -f 6 "$file" | paste -sd,)" 'reader,both,# a note,,nonsense'
is "the mode is put right" "$(stat -c %a "$file")" 640
key revoke "$id"
is "to revoke it again" "$code" 1
like "why not" "$(cat "$work/complained")" "*no key $id*"
key revoke "$(printf '%s' "$second" | cut -c 4-10)"
is "to revoke a part of an id" "$code" 1
key revoke reader
is "to revoke by name" "$code" 1

# Many at once: none is lost.
for n in $(seq 20); do
	"$build/jobs/key" add "many $n" --keys "$file" >"$work/many.$n" 2>"$work/many.log" &
	later $!
	eval "many_$n=$!"
done
for n in $(seq 20); do
	eval "wait \$many_$n" || wrong "one of many failed" "$(cat "$work/many.log")"
done
is "of many at once" "$(grep -c '	many ' "$file")" 20
is "each its own id" "$(cut -f 1 "$file" | grep -c -x '[0-9a-f]\{8\}') $(grep '	many ' "$file" | cut -f 1 | sort -u | wc -l)" '22 20'
is "nothing is left beside it" "$(find "$work" -name 'keys?*')" ''

# A folder that cannot be written, a file that is none, a full disk.
file=/proc/keys-that-cannot-be
key add name
is "where nothing can be written" "$code $(wc -c <"$work/said")" '1 0'
file=$work
key list
is "a folder" "$code" 1
key add name
is "a folder" "$code $(wc -c <"$work/said")" '1 0'
code=0
"$build/jobs/key" add name --keys "$work/other" >/dev/full 2>"$work/complained" || code=$?
is "a key that could not be shown" "$code" 1

# Which file: the option, the setting.
CALLMETRICS_KEYS=$work/setting "$top/scripts/callmetrics" key add x >"$work/said" 2>"$work/complained"
is "the setting" "$(wc -l <"$work/setting")" 1
passes "--help" "$top/scripts/callmetrics" key --help
finish
