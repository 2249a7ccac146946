# What follows from sql/kinds: with -v made=FOLDER the statements kinds-put and components-put (and
# rows-components.inc, for docs/schema.md), else the C table of
# kinds.h on standard output.

BEGIN {
	FS = "\t"
	unit_names["us"] = "CM_MICROSECONDS"
	unit_names["nusd"] = "CM_NANO_USD"
	unit_names["mpt"] = "CM_MILLI_POINTS"
	unit_names["count"] = "CM_COUNT"
}

function fail(why) {
	print FILENAME ":" FNR ": " why > "/dev/stderr"
	exit failed = 1
}

function joined(list, item, by) {
	return list == "" ? item : list by item
}

function field(name, value) {
	return value == "" ? "" : ", ." name " = \"" value "\""
}

/^#/ || /^$/ { next }

$1 != count + 0 { fail("its number is not the next, " count + 0) }
$1 > 31 { fail("packs have room for kinds 0 to 31") }
!($3 in unit_names) { fail("there is no unit " $3) }
$4 !~ /^(call|step)$/ || $5 !~ /^(call|step)$/ { fail("it is of, and bounded as, a call or a step") }

{
	count++
	kinds = joined(kinds, "(" $1 ", '" $2 "', '" $3 "', '" $4 "')", ",\n\t")
	entries = entries "\t{ " $1 ", \"" $2 "\", " unit_names[$3] ", " ($4 == "call" ? "CM_OF_CALL" : "CM_OF_STEP") \
		", .as_long_as_call = " ($5 == "call" ? "true" : "false") field("guide", $6) field("guide_key", $6 == "" ? "" : $6 "_ms") \
		field("family", $7) field("help", $8) " },\n"
	if ($4 != "step")
		next
	components = joined(components, "('component', '" $2 "', '" $2 "')", ",\n\t")
	names = joined(names, $2, " ")
	if ($6 != "") {
		components = components ", ('component', '" $6 "', '" $2 "')"
		guide = joined(guide, $6, " ")
	}
}

function listed(words) {
	gsub(/ /, ", ", words)
	return words
}

END {
	if (failed)
		exit 1
	if (made != "") {
		print components > (made "/rows-components.inc")
		print "-- The kinds that this program knows, where they are not known yet, or otherwise.  Uses the primary key.\n" \
			"INSERT INTO cm_kind (kind_id, name, unit, of)\n\tSELECT * FROM (VALUES " kinds ") k WHERE true\n" \
			"\tON CONFLICT (kind_id) DO UPDATE SET name = excluded.name, unit = excluded.unit, of = excluded.of" \
			> (made "/kinds-put.sql")
		print "-- The words for kinds of steps; what an operator made of one of them stays.  Uses the primary key.\n" \
			"INSERT INTO cm_vocabulary (topic, term, meaning)\n\tSELECT * FROM (VALUES " components ") w WHERE true\n" \
			"\tON CONFLICT (topic, term) DO NOTHING" > (made "/components-put.sql")
		exit
	}
	print "/* Made from sql/kinds by sql/kinds.awk. */\n#include \"kinds.h\"\n"
	print "const struct cm_kind cm_kinds[CM_KINDS_MAX] = {\n" entries "};\n"
	print "const int cm_kind_count = " count ";\n"
	print "const char cm_step_names[] = \"" names "\";"
	print "const char cm_step_types[] = \"" guide " " names "\";"
	print "const char cm_step_refusal[] = \"component is none of " listed(names) ".\";"
	print "const char cm_step_type_refusal[] = \"This field is one of " listed(guide) ", " listed(names) ".\";"
}
