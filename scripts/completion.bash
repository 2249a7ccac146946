# bash completion for callmetrics.  The rows are what its programs say of themselves (--options).
# shellcheck shell=bash
_callmetrics_rows() {
	cat <<'ROWS'
@rows@
ROWS
}

# What may stand where the cursor is, for a type of value.
_callmetrics_value() {
	case $1 in
	choice) mapfile -t COMPREPLY < <(compgen -W "$2" -- "$cur") ;;
	path)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		;;
	zone) mapfile -t COMPREPLY < <(compgen -W "UTC $(awk '!/^#/ { print $3 }' /usr/share/zoneinfo/zone1970.tab 2>/dev/null)" -- "$cur") ;;
	esac
}

_callmetrics() {
	local cur=$2 name='' wanted='' due='' here='' kind word type choices help i first=1
	local -a questions=() options=(--db --json --table --help --version) places=() place_choices=()
	local -A types=([--db]=path) chosen=()
	COMPREPLY=()
	[ "$cur" != = ] || cur=
	for ((i = 1; i < COMP_CWORD && first; i++)); do
		case ${COMP_WORDS[i]} in
		--db) ((i++)) ;;
		-*) ;;
		*) name=${COMP_WORDS[i]} first=0 ;;
		esac
	done
	wanted=$name
	case $name in
	metrics) wanted=prometheus ;;
	export-*) wanted=export ;;
	esac
	while IFS=$'\t' read -r kind word type choices help; do
		case $kind in
		command) here=$word questions+=("$word") ;;
		*)
			[ "$here" = "$wanted" ] || continue
			case $kind in
			option) options+=("$word") types[$word]=$type chosen[$word]=$choices ;;
			argument) places+=("$type") place_choices+=("$choices") ;;
			esac
			;;
		esac
	done < <(_callmetrics_rows)
	if [ "$name" = help ] || { [ -z "$name" ] && [[ $cur != -* && ${COMP_WORDS[COMP_CWORD - 1]} != --db ]]; }; then
		mapfile -t COMPREPLY < <(compgen -W "help metrics export-csv export-json export-ndjson ${questions[*]}" -- "$cur")
		return
	fi
	local place=0
	for (( ; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [ "$word" = = ]; then
			continue
		elif [ -n "$due" ]; then
			due=
		elif [[ $word == --* ]]; then
			case ${types[$word]:-flag} in flag) ;; *) due=$word ;; esac
		else
			((place++))
		fi
	done
	[ -n "$name" ] || [ "${COMP_WORDS[COMP_CWORD - 1]}" != --db ] || due=--db
	if [ -n "$due" ]; then
		_callmetrics_value "${types[$due]}" "${chosen[$due]:-}"
	elif [[ $cur == -* ]] || [ "$place" -ge "${#places[@]}" ]; then
		mapfile -t COMPREPLY < <(compgen -W "${options[*]}" -- "$cur")
	else
		_callmetrics_value "${places[place]}" "${place_choices[place]}"
	fi
}
complete -F _callmetrics callmetrics
