# The tables as a list in C (shared/facts/tables.h), from their declarations (tables.awk).

function statement(what, name, t, condition) {
	return condition ? ", ." what " = \"" name "-" t "\"" : ""
}

function named(what, t, condition) {
	return statement(what, what, t, condition)
}

END {
	if (failed)
		exit 1
	print "/* Made from sql/tables/ by sql/tables.awk and sql/tables-c.awk. */"
	print "#include \"tables.h\""
	print "const struct cm_table cm_tables[] = {"
	for (i = 1; i <= count; i++) {
		t = tables[i]
		print "\t{ .name = \"" t "\"" (copy[t] == "seeded" ? ", .seeded = true" : "") named("prune", t, time[t] != "") \
		    named("move", t, copy[t] != "no") statement("join", "call-join", t, is_of_call(t)) \
		    statement("label", "call-label", t, is_of_call(t) && (t, "series_id") in type) " },"
	}
	print "\t{ 0 }\n};"
}
