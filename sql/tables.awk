# Reads the declarations of sql/tables/ that are named as arguments, for tables-sql.awk, tables-c.awk and tables-doc.awk, one of which
# is named beside it and says in its END what is made of them.  sql/README.md describes the words.
#
# tables[1..count] are the names; of each, column[t, 1..columns[t]] with type[], meaning[] and hidden[] by (t, name), key[t] and
# index_columns[t, 1..indexes[t]] with index_carries[] and index_where[].

function wrong(what) {
	print FILENAME ":" FNR ": " what > "/dev/stderr"
	failed = 1
	exit 1
}

function trimmed(text) {
	gsub(/^[ \t]+|[ \t]+$/, "", text)
	return text
}

# The rest of a line after its first words.
function after(words,    rest, i) {
	rest = trimmed($0)
	for (i = 0; i < words; i++)
		sub(/^[^ \t]+[ \t]*/, "", rest)
	return rest
}

function one_of(value, words) {
	if (index(" " words " ", " " value " ") == 0)
		wrong("not one of " words ": " value)
	return value
}

# Takes "WORD REST" off the end of a text: what stands before the word; the rest is left in cut_off.
function cut(text, word,    at) {
	at = index(text, word)
	cut_off = at == 0 ? "" : trimmed(substr(text, at + length(word)))
	return at == 0 ? text : trimmed(substr(text, 1, at - 1))
}

function add_column(line,    name, words) {
	meaning_of = ""
	if ((at = index(line, "#")) > 0) {
		meaning_of = trimmed(substr(line, at + 1))
		line = trimmed(substr(line, 1, at - 1))
	}
	words = split(line, word, /[ \t]+/)
	name = word[2]
	column[t, ++columns[t]] = name
	type[t, name] = word[1]
	meaning[t, name] = meaning_of
	if (words > 2)
		hidden[t, name] = one_of(word[3], "hidden") != ""
}

function add_index(rest,    i) {
	i = ++indexes[t]
	index_name[t, i] = trimmed(substr(rest, 1, index(rest, ":") - 1))
	rest = cut(trimmed(substr(rest, index(rest, ":") + 1)), " where ")
	index_where[t, i] = cut_off
	index_columns[t, i] = cut(rest, " + ")
	index_carries[t, i] = cut_off
}

# NAME, or NAME: COLUMNS [by COLUMNS].
function add_statement(rest,    i) {
	i = ++statements[t]
	verb[t, i] = $1
	verb_name[t, i] = cut(rest, ":")
	rest = cut_off
	verb_columns[t, i] = cut(rest, " by ")
	verb_by[t, i] = cut_off
}

FNR == 1 {
	t = FILENAME
	sub(/^.*\//, "", t)
	t = "cm_" t
	tables[++count] = t
	begun = 0
}

/^[ \t]*$/ { next }
/^#/ && !begun {
	sub(/^#[ \t]*/, "")
	about[t] = about[t] (about[t] == "" ? "" : " ") $0
	next
}
/^#/ { next }
{ begun = 1 }

$1 == "int" || $1 == "text" || $1 == "bytes" || $1 == "any" { add_column(trimmed($0)); next }
$1 == "since" { since[t] = $2; next }
$1 == "key" {
	key[t] = after(1)
	counted[t] = sub(/ counted$/, "", key[t])
	has_rowid[t] = sub(/ rowid$/, "", key[t])
	next
}
$1 == "unique" { unique[t] = cut(after(1), " + "); unique_carries[t] = cut_off; next }
$1 == "time" { time[t] = $2; by_month[t] = NF > 2 && one_of(after(2), "by month") != ""; next }
$1 == "chunks" { chunks[t] = after(1); next }
$1 == "prune" { pruned_by_hand[t] = one_of(after(1), "by hand") != ""; next }
$1 == "wall" { wall[t] = one_of($2, "tenant_id series_id call_no pack_id none"); next }
$1 == "copy" { copy[t] = one_of($2, "no seeded from"); copied_from[t] = $3; next }
$1 == "sign" { sign[t] = after(1); next }
$1 == "put" { put[t, ++puts[t]] = $2; put_how[t, puts[t]] = NF > 2 ? one_of($3, "once over") : "new"; next }
$1 == "get" || $1 == "next" || $1 == "all" || $1 == "change" { add_statement(after(1)); next }
$1 == "remove" { remove[t] = $2; next }
$1 == "join" { dropped_by_join[t] = one_of($2, "drop") != ""; next }
$1 == "last" { last_of[t] = $2; next }
$1 == "view" { view[t] = $2; next }
$1 == "index" { add_index(after(1)); next }
$1 == "storage" { storage[t] = storage[t] (storage[t] == "" ? "" : " ") after(1); next }
$1 == "only" { only[t] = one_of($2, "sqlite postgres"); next }
{ wrong("no such word: " $1) }

function is_on(t, engine) {
	return only[t] == "" || only[t] == engine
}

# Whether the key is one number, which in SQLite is the row's own.
function key_is_number(t) {
	return type[t, key[t]] == "int"
}

# Whether it holds facts of calls.
function is_of_call(t) {
	return (t, "call_no") in type && t != "cm_call"
}

# Whether an index begins with the time.
function time_leads(t,    i) {
	for (i = 1; i <= indexes[t]; i++)
		if (index(index_columns[t, i] ",", time[t] ",") == 1 && index_where[t, i] == "")
			return 1
	return 0
}

function known_columns(t, list,    n, list_of, i) {
	n = split(list, list_of, /,[ \t]*/)
	for (i = 1; i <= n; i++)
		if (!((t, list_of[i]) in type)) {
			print t ": no such column: " list_of[i] > "/dev/stderr"
			failed = 1
		}
}

END {
	for (i = 1; i <= count && !failed; i++) {
		t = tables[i]
		known_columns(t, key[t])
		if (unique[t] != "")
			known_columns(t, unique[t])
		if (time[t] != "")
			known_columns(t, time[t])
		for (j = 1; j <= statements[t]; j++)
			known_columns(t, verb_columns[t, j] (verb_by[t, j] == "" ? "" : ", " verb_by[t, j]))
		if (chunks[t] != "")
			known_columns(t, chunks[t] ", " key[t])
		for (j = 1; j <= indexes[t]; j++)
			known_columns(t, index_columns[t, j] (index_carries[t, j] == "" ? "" : ", " index_carries[t, j]))
		if (time[t] != "" && !time_leads(t) && !pruned_by_hand[t]) {
			print t ": no index begins with " time[t] ", so it has to be pruned by hand" > "/dev/stderr"
			failed = 1
		}
	}
	if (failed)
		exit 1
}
