#compdef callmetrics
# zsh completion for callmetrics.  The rows are what its programs say of themselves (--options).
_callmetrics_rows() {
	cat <<'ROWS'
@rows@
ROWS
}

# What may stand where the cursor is, for a type of value.
_callmetrics_value() {
	case $1 in
	choice) compadd -- ${(s: :)2} ;;
	path) _files ;;
	zone) compadd -- UTC ${(f)"$(awk '!/^#/ { print $3 }' /usr/share/zoneinfo/zone1970.tab 2>/dev/null)"} ;;
	esac
}

_callmetrics() {
	local name= wanted= due= here= kind word type choices help
	local -i i=2 place=0
	local -a commands options places place_choices
	local -A types chosen
	options=('--db:which database' '--json:the answer as JSON' '--table:the answer as tables')
	types=(--db path)
	while ((i < CURRENT)) && [[ -z $name ]]; do
		case $words[i] in
		--db) ((i++)) ;;
		-*) ;;
		*) name=$words[i] ;;
		esac
		((i++))
	done
	wanted=$name
	case $name in
	metrics) wanted=prometheus ;;
	export-*) wanted=export ;;
	esac
	commands=('help:explain a question or job' 'metrics:prometheus' 'export-csv:export as CSV' 'export-json:export as JSON'
		'export-ndjson:export as NDJSON')
	while IFS=$'\t' read -r kind word type choices help; do
		case $kind in
		command) here=$word commands+=("$word:$help") ;;
		*)
			[[ $here == $wanted ]] || continue
			case $kind in
			option) options+=("$word:$help") types[$word]=$type chosen[$word]=$choices ;;
			argument) places+=("$type") place_choices+=("$choices") ;;
			esac
			;;
		esac
	done < <(_callmetrics_rows)
	if [[ $name == help ]] || [[ -z $name && $words[CURRENT] != -* && $words[CURRENT-1] != --db ]]; then
		_describe 'question or job' commands
		return
	fi
	for (( ; i < CURRENT; i++)); do
		word=$words[i]
		if [[ -n $due ]]; then
			due=
		elif [[ $word == --*=* ]]; then
			:
		elif [[ $word == --* ]]; then
			[[ ${types[$word]:-flag} == flag ]] || due=$word
		else
			((place++))
		fi
	done
	[[ -n $name || $words[CURRENT-1] != --db ]] || due=--db
	if [[ -n $due ]]; then
		_callmetrics_value $types[$due] "$chosen[$due]"
	elif [[ $words[CURRENT] == -* ]] || ((place >= $#places)); then
		_describe option options
	else
		_callmetrics_value $places[place+1] "$place_choices[place+1]"
	fi
}

_callmetrics "$@"
