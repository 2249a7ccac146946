# Turns the .sql files named as arguments into shared/sql.c: a table of named statements.
#
# A statement's name is its file's name without ".sql", and with its engine's folder before it where it is in one.  Whole-line comments
# stay in the file.  @name(text)@ is replaced by the content of the file name.inc in the same folder, or else in sql/ itself, in which
# $1 stands for the text; or else by that of name-text.inc, made from the declarations of tables (tables-sql.awk) in the folder `made`.
#
# A server gets many rows in one statement: a statement that puts one row, INSERT ... VALUES (:a, 'b', ...), and one that reads, changes or
# removes those that have given values, SELECT a, b FROM t WHERE c = :c ..., UPDATE t SET a = :a ... WHERE b = :b and DELETE FROM t WHERE
# a = :a ..., is there for PostgreSQL as NAME-many, too, whose parameters are arrays, unless there is a file of that name.  What is read
# comes in the order in which it was asked for.

function c_quote(line) {
	line = literal_sub(line, "\\", "\\\\")
	gsub(/"/, "\\\"", line)
	gsub(/\t/, "\\t", line)
	return "\t\"" line "\\n\""
}

function content(file,    body, line) {
	body = ""
	while ((getline line < file) > 0)
		body = body (body == "" ? "" : "\n") line
	close(file)
	return body
}

function macro(dir, name, text,    body) {
	if ((body = content(dir "/" name ".inc")) != "" || (body = content(shared(dir) "/" name ".inc")) != "")
		return literal_sub(body, "$1", text)
	if ((body = content(made substr(dir, length(shared(dir)) + 1) "/" name "-" text ".inc")) == "") {
		print "embed.awk: no macro " name "(" text ") for " dir > "/dev/stderr"
		exit failed = 1
	}
	return body
}

# The folder of what both engines share, seen from an engine's.
function shared(dir) {
	sub(/\/(sqlite|postgres)$/, "", dir)
	return dir
}

function literal_sub(text, from, to,    out, at) {
	out = ""
	while ((at = index(text, from)) > 0) {
		out = out substr(text, 1, at - 1) to
		text = substr(text, at + length(from))
	}
	return out text
}

function expand(dir, line,    open, name, rest, shut) {
	while (match(line, /@[a-z]+\(/)) {
		open = RSTART
		name = substr(line, RSTART + 1, RLENGTH - 2)
		rest = substr(line, RSTART + RLENGTH)
		shut = index(rest, ")@")
		line = substr(line, 1, open - 1) macro(dir, name, substr(rest, 1, shut - 1)) substr(rest, shut + 2)
	}
	return line
}

# The statement that reads, changes or removes many rows; "" where this is not one that does so by columns that are parameters.
function many_by(text,    item, table, sets, where, name, arrays, columns) {
	gsub(/[ \t\n]+/, " ", text)
	item = "[a-z_0-9]+ = :[a-z_0-9]+"
	if (text ~ ("^SELECT [a-z_0-9]+(, [a-z_0-9]+)* FROM [a-z_]+ WHERE " item "( AND " item ")*$")) {
		table = substr(text, 8, index(text, " FROM ") - 8)
		name = substr(text, index(text, " FROM ") + 6)
		name = substr(name, 1, index(name, " ") - 1)
		gsub(/, /, ", " name ".", table)
		table = "SELECT " name "." table " FROM " name " JOIN"
	} else if (text ~ ("^DELETE FROM [a-z_]+ WHERE " item "( AND " item ")*$")) {
		table = "DELETE FROM " (name = substr(text, 13, index(text, " WHERE ") - 13))
	} else if (text ~ ("^UPDATE [a-z_]+ SET " item "(, " item ")* WHERE " item "( AND " item ")*$")) {
		name = substr(text, 8, index(text, " SET ") - 8)
		sets = substr(text, index(text, " SET "), index(text, " WHERE ") - index(text, " SET "))
		table = "UPDATE " name
	} else {
		return ""
	}
	where = " AND " substr(text, index(text, " WHERE ") + 7)
	gsub(/ AND /, " AND " name ".", where)
	while (match(text, /:[a-z_0-9]+/)) {
		name = substr(text, RSTART + 1, RLENGTH - 1)
		text = substr(text, RSTART + RLENGTH)
		if (index(", " arrays ",", ", :" name ",") > 0)
			continue
		arrays = arrays (arrays == "" ? "" : ", ") ":" name
		columns = columns (columns == "" ? "" : ", ") "w_" name
	}
	gsub(/:/, "w.w_", sets)
	gsub(/:/, "w.w_", where)
	if (table ~ /^SELECT/)
		return table " unnest(" arrays ") WITH ORDINALITY w (" columns ", number)\n\tON " substr(where, 6) " ORDER BY w.number"
	return table sets (sets == "" ? " USING" : " FROM") " unnest(" arrays ") w (" columns ")\n\tWHERE " substr(where, 6)
}

# The statement that puts many rows; "" where this is not one that puts a row of parameters and words.
function many(text,    at, shut, values, n, i, row, arrays, columns) {
	if (index(text, "INSERT INTO ") != 1 || (at = index(text, "VALUES (")) == 0 || index(text, "SELECT") > 0)
		return many_by(text)
	values = substr(text, at + 8)
	shut = index(values, ")")
	n = split(substr(values, 1, shut - 1), value, /,[ \t\n]*/)
	for (i = 1; i <= n; i++) {
		if (sub(/^:/, "", value[i])) {
			if (index(", " columns ",", ", " value[i] ",") == 0) {
				arrays = arrays (arrays == "" ? "" : ", ") ":" value[i]
				columns = columns (columns == "" ? "" : ", ") value[i]
			}
			value[i] = "w." value[i]
		} else if (value[i] !~ /^('[a-z]*'|[0-9]+|NULL)$/)
			return ""
		row = row (i == 1 ? "" : ", ") value[i]
	}
	return substr(text, 1, at - 1) "SELECT " row "\n\tFROM unnest(" arrays ") w (" columns ")" substr(values, shut + 1)
}

function entry(name, text,    n, lines, i) {
	print "\t{ \"" name "\","
	n = split(text, lines, "\n")
	for (i = 1; i <= n; i++)
		print c_quote(lines[i])
	print "\t},"
}

function finish(    plain) {
	if (name == "")
		return
	entry(name, text)
	plain = name
	sub(/^postgres\//, "", plain)
	if (name !~ /^sqlite\// && !((plain "-many") in named) && many(text) != "")
		entry("postgres/" plain "-many", many(text))
}

function name_of(file) {
	sub(/\.sql$/, "", file)
	if (!match(file, /\/(sqlite|postgres)\/[^\/]*$/))
		match(file, /\/[^\/]*$/)
	return substr(file, RSTART + 1)
}

BEGIN {
	for (i = 1; i < ARGC; i++) {
		of = name_of(ARGV[i])
		sub(/^postgres\//, "", of)
		named[of]
	}
	print "/* Made from sql/ by sql/embed.awk. */"
	print "#include \"sql.h\""
	print "const struct cm_sql cm_sql[] = {"
}

FNR == 1 {
	finish()
	name = name_of(FILENAME)
	text = ""
	dir = FILENAME
	sub(/\/[^\/]*$/, "", dir)
}

/^[ \t]*--/ || /^[ \t]*$/ { next }

{
	sub(/[ \t]+--.*$/, "")
	text = text (text == "" ? "" : "\n") expand(dir, $0)
}

END {
	if (failed)
		exit 1
	finish()
	print "\t{ 0 }\n};"
}
