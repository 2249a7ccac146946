# Turns the .sql files named as arguments into shared/sql.c: a table of named statements.
#
# A statement's name is its file's name below sql/ without ".sql".  Whole-line comments stay in the file.  @name(text)@ is
# replaced by the content of the file name.inc in the same folder, or else in sql/ itself, in which $1 stands for the text.

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
	if ((body = content(dir "/" name ".inc")) == "" && (body = content(shared(dir) "/" name ".inc")) == "") {
		print "embed.awk: no macro " name " for " dir > "/dev/stderr"
		exit 1
	}
	return literal_sub(body, "$1", text)
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

function finish() {
	if (name != "")
		print "\t},"
}

BEGIN {
	print "/* Made from sql/ by sql/embed.awk. */"
	print "#include \"sql.h\""
	print "const struct cm_sql cm_sql[] = {"
}

FNR == 1 {
	finish()
	name = FILENAME
	sub(/\.sql$/, "", name)
	sub(/^.*sql\/sqlite\//, "sqlite/", name)
	sub(/^.*sql\/postgres\//, "postgres/", name)
	sub(/^.*sql\//, "", name)
	dir = FILENAME
	sub(/\/[^\/]*$/, "", dir)
	print "\t{ \"" name "\","
}

/^[ \t]*--/ || /^[ \t]*$/ { next }

{
	sub(/[ \t]+--.*$/, "")
	n = split(expand(dir, $0), lines, "\n")
	for (i = 1; i <= n; i++)
		print c_quote(lines[i])
}

END {
	finish()
	print "\t{ 0 }\n};"
}
