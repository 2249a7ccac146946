#!/bin/sh
# completion: what bash and zsh complete, and what the manual pages say, is what the programs' own tables have.
# suites: normal
. "${0%/*}/lib.sh"

made=$build/installed
# rows COMMAND KIND: the second column of its rows of that kind.
rows() {
	rows_program=$build/cgi-bin/$1
	[ -x "$rows_program" ] || rows_program=$build/jobs/$1
	"$rows_program" --options | awk -F '\t' -v kind="$2" '$1 == kind { print $2 }'
}
commands=$(for file in "$build"/cgi-bin/* "$build"/jobs/*; do
	case ${file##*/} in
	access | *.*) ;;
	*) [ ! -f "$file" ] || [ ! -x "$file" ] || printf '%s\n' "${file##*/}" ;;
	esac
done | LC_ALL=C sort)
is "every command has its rows" "$(awk -F '\t' '$1 == "command" { print $2 }' "$made/rows" | LC_ALL=C sort)" "$commands"

# in_bash WORD...: what bash offers at the end of the line; the last word is the one that is begun.
in_bash() {
	# shellcheck disable=SC2016 # the inner shell's
	bash -c '. "$1"; shift; COMP_WORDS=(callmetrics "$@"); COMP_CWORD=$#
		_callmetrics callmetrics "${*: -1}" ""; printf "%s\n" "${COMPREPLY[@]}"' bash "$made/completion/callmetrics" "$@"
}
# in_zsh WORD...: the same; what its functions for completion are handed stands in for what they would show.
in_zsh() {
	# shellcheck disable=SC2016 # the inner shell's
	zsh -f -c '_describe() { local item; for item in "${(@P)2}"; do print -r -- "${item%%:*}"; done }
		compadd() { shift; print -rl -- "$@" }; _files() { print files }
		file=$1; shift; words=(callmetrics "$@"); CURRENT=$#words; . $file' zsh "$made/completion/_callmetrics" "$@"
}
# sorted LINES
sorted() {
	printf '%s\n' "$1" | LC_ALL=C sort | xargs
}

own='--db --json --table'
for shell in bash zsh; do
	command -v "$shell" >/dev/null || wrong "there is no $shell to try it in"
	is "$shell: the first word" "$(sorted "$(in_"$shell" '')")" \
		"$(sorted "$commands
help
metrics
export-csv
export-json
export-ndjson")"
	is "$shell: after help" "$(sorted "$(in_"$shell" help '')")" "$(sorted "$(in_"$shell" '')")"
	for command in $commands; do
		want=$(sorted "$(printf '%s\n' "$own" "$(rows "$command" option)" | tr ' ' '\n' | sort -u)")
		is "$shell: $command" "$(sorted "$(in_"$shell" "$command" -- | sort -u)")" "$want"
		is "$shell: --db x $command" "$(sorted "$(in_"$shell" --db x "$command" -- | sort -u)")" "$want"
	done
	is "$shell: a choice" "$(sorted "$(in_"$shell" hourly --call-type '')")" 'inbound outbound'
	is "$shell: an argument of words" "$(sorted "$(in_"$shell" key '')")" 'add list revoke'
	is "$shell: after a flag" "$(sorted "$(in_"$shell" prune --exclusive --da | grep -x -e --days)")" --days
	is "$shell: no words for a number" "$(in_"$shell" prune --days '')" ''
	is "$shell: the value of a choice by another name" "$(sorted "$(in_"$shell" export-csv --call-type '')")" 'inbound outbound'
	is "$shell: zones" "$(in_"$shell" daily --tz '' | grep -c -x -e Europe/Berlin -e UTC)" 2
done
is "bash: a beginning" "$(in_bash dash)" dashboard
is "bash: --call-type=" "$(in_bash hourly --call-type = in)" inbound
touch "$work/a.db"
is "bash: a file" "$(in_bash attach "$work/a")" "$work/a.db"
is "bash: a file after --db" "$(in_bash --db "$work/a")" "$work/a.db"
is "zsh: a file" "$(in_zsh attach '')" files
is "zsh: a file after --db" "$(in_zsh --db '')" files

# Manual pages: every option and argument in bold, by its name; nothing that groff complains of.
page() {
	LC_ALL=C.UTF-8 MANWIDTH=300 MANROFFOPT=-c man --warnings -l "$1" 2>"$work/complaints" | col -bx
}
for command in $commands; do
	page "$made/man/callmetrics-$command.1" >"$work/page"
	is "page of $command" "$(cat "$work/complaints")" ''
	like "its name" "$(sed -n '/^NAME/{n;p;}' "$work/page")" "       callmetrics-$command - [A-Z]*"
	for word in $(rows "$command" option) $(rows "$command" argument | tr '|' ' '); do
		passes "page of $command: $word" grep -q -e "^       \([^ ].*[ |]\)*$word\([ ,|].*\)*\$" "$work/page"
	done
done
page "$made/man/callmetrics.1" >"$work/page"
is "callmetrics.1" "$(cat "$work/complaints")" ''
for command in $commands; do
	is "callmetrics.1 has $command" "$(grep -c "^ *callmetrics-$command(1)" "$work/page")" 1
done
for option in --db --json --table --help --version; do
	passes "callmetrics.1 has $option" grep -q -e "^       $option" "$work/page"
	passes "help has $option" sh -c "CALLMETRICS_BUILD='$build' '$top/scripts/callmetrics' help | grep -q -e '$option'"
done
finish
