# docs/schema.md, from the declarations of the tables (tables.awk) and the words that a new database begins with (words.inc and
# what comes of kinds), whose files are given as `words`.

function cell(text) {
	gsub(/\|/, "\\|", text)
	return text
}

# What a column is in, by the end of its name.
function unit_of(name) {
	if (name ~ /_us$/)
		return name ~ /(^sum|duration|value|floor)_us$/ ? "µs" : "µs since 1970 UTC"
	return ""
}

function of_key(t, name,    keys, i, n) {
	n = split(key[t], keys, /,[ \t]*/)
	for (i = 1; i <= n; i++)
		if (keys[i] == name)
			return "key"
	return ""
}

function joined(to, more, by) {
	return more == "" ? to : to (to == "" ? "" : by) more
}

function remarks(t,    out) {
	out = "version " since[t]
	if (only[t] != "")
		out = out "; on " (only[t] == "sqlite" ? "SQLite" : "PostgreSQL") " only"
	if (time[t] != "")
		out = out "; retention goes by `" time[t] "`"
	if (by_month[t])
		out = out "; on PostgreSQL a partition each month"
	if (chunks[t] != "")
		out = out "; with TimescaleDB a view of the hypertable `" t "_chunks`"
	if (wall[t] != "")
		out = out "; a tenant's reader sees " (wall[t] == "none" ? "none of it" : "what is its own, by `" wall[t] "`")
	if (view[t] != "")
		out = out "; for people: the view `" view[t] "`"
	return out
}

function write_table(t,    i, name, list) {
	print "\n## " t "\n\n" about[t] "\n\nSince " remarks(t) ".\n"
	print "| column | | |\n|---|---|---|"
	for (i = 1; i <= columns[t]; i++) {
		name = column[t, i]
		print "| `" name "` | " type[t, name] " | " \
		    cell(joined(joined(of_key(t, name), unit_of(name), ", "), meaning[t, name], "; ")) " |"
	}
	for (i = 1; i <= indexes[t]; i++)
		list = (i == 1 ? "" : list ", ") "`" index_name[t, i] "` (" index_columns[t, i] \
		    (index_carries[t, i] == "" ? "" : " + " index_carries[t, i]) \
		    (index_where[t, i] == "" ? ")" : " where " index_where[t, i] ")")
	if (indexes[t] > 0)
		print "\nIndexes: " list "."
}

# The rows of words.inc, a topic after the other: which terms mean what.
function write_words(    files, f, line, n, parts, i, w, order, topics, seen, terms) {
	for (f = 1; f <= split(words, files, " "); f++) while ((getline line < files[f]) > 0) {
		n = split(line, parts, /\(/)
		for (i = 2; i <= n; i++) {
			split(parts[i], w, "'")
			if (!(w[2] in seen))
				topics[++order] = w[2]
			if (!((w[2], w[6]) in terms))
				seen[w[2]] = joined(seen[w[2]], w[6], " ")
			terms[w[2], w[6]] = joined(terms[w[2], w[6]], "`" w[4] "`", ", ")
		}
	}
	for (i = 1; i <= order; i++) {
		print "\n### " topics[i] "\n\n| here | what senders and apps say |\n|---|---|"
		n = split(seen[topics[i]], w, " ")
		for (j = 1; j <= n; j++)
			print "| " w[j] " | " terms[topics[i], w[j]] " |"
	}
}

END {
	if (failed)
		exit 1
	print "# The tables\n"
	print "Made from `sql/tables/` and `sql/words.inc`: change those, then run `make schema-doc`.\n"
	print "Tables, columns and their meaning are the same on SQLite and on PostgreSQL. Whole numbers (`int`) and texts (`text`) throughout:"
	print "instants are microseconds since 1970 UTC, durations microseconds (`_us`), money billionths of a dollar (`_nusd`), usage millionths of"
	print "its unit (`_micro`), flags 1 and 0. A label that is not there is an empty text. Any column but a key may be null."
	print "On PostgreSQL they are in the schema `callmetrics`; on SQLite in a file of ours, for an app that is followed `DATABASE.callmetrics`."
	for (i = 1; i <= count; i++)
		write_table(tables[i])
	print "\n## Vocabularies\n\nWhat a new database begins with in `cm_vocabulary`; operators may add rows to theirs."
	write_words()
}
