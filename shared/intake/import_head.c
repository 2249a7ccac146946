/* import_head: which column of a file is which; see import.h. */
#include "config.h"

#include "import_own.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "text.h"

/* A sentence with a name in it. */
static int
complain(struct cm_import_result *result, const char *before, const char *name, size_t bytes, const char *behind)
{
	char shown[CM_SHOWN_TEXT];

	snprintf(result->problem, sizeof result->problem, "%s \"%s\"%s", before, cm_show(name, bytes, shown), behind);
	return CM_EPARAM;
}

/* Which of ours has a name; -1: none. */
static int
known_column(const char *name, size_t bytes)
{
	size_t i;

	for (i = 0; i < CM_IMPORT_COLUMNS; i++)
		if (strlen(cm_import_column(i)) == bytes && strncmp(cm_import_column(i), name, bytes) == 0)
			return (int)i;
	return -1;
}

/* Where a name stands in the file's first record; -1: nowhere. */
static int
find_field(const struct cm_csv_record *head, const char *name, size_t bytes)
{
	size_t i;

	for (i = 0; i < head->count; i++)
		if (head->fields[i].bytes == bytes && memcmp(head->fields[i].text, name, bytes) == 0)
			return (int)i;
	return -1;
}

/* One "ours=theirs" of a map. */
static int
map_column(struct cm_importing *importing, const struct cm_csv_record *head, const char *pair, size_t bytes,
    struct cm_import_result *result)
{
	const char *equals = memchr(pair, '=', bytes), *theirs;
	int column, field;

	if (equals == NULL)
		return complain(result, "The column", pair, bytes, " of the map has no = behind it.");
	if ((column = known_column(pair, (size_t)(equals - pair))) < 0)
		return complain(result, "There is no column", pair, (size_t)(equals - pair),
		    " of ours; callmetrics import --help names them.");
	theirs = equals + 1;
	bytes -= (size_t)(theirs - pair);
	if ((field = find_field(head, theirs, bytes)) < 0)
		return complain(result, "There is no column", theirs, bytes, " in the file, which the map names.");
	if (importing->field_of[column] >= 0)
		return complain(result, "The column", pair, (size_t)(equals - pair), " is in the map twice.");
	importing->field_of[column] = field;
	return 0;
}

static int
map_columns(struct cm_importing *importing, const struct cm_csv_record *head, const char *const *maps,
    struct cm_import_result *result)
{
	const char *pair, *end;
	int rc = 0;

	for (; maps != NULL && *maps != NULL; maps++)
		for (pair = *maps; rc == 0; pair = end + 1) {
			end = strchrnul(pair, ',');
			rc = map_column(importing, head, pair, (size_t)(end - pair), result);
			if (*end == '\0')
				break;
		}
	return rc;
}

static bool
is_mapped(const struct cm_importing *importing, size_t field)
{
	size_t i;

	for (i = 0; i < CM_IMPORT_COLUMNS; i++)
		if (importing->field_of[i] == (int)field)
			return true;
	return false;
}

/* Notes a column that means nothing here. */
static void
ignore(struct cm_import_result *result, const struct cm_csv_text *name)
{
	size_t used = strlen(result->ignored);
	char shown[CM_SHOWN_TEXT];

	snprintf(result->ignored + used, sizeof result->ignored - used, "%s%s", used > 0 ? ", " : "",
	    cm_show(name->text, name->bytes, shown));
}

int
cm_import_head(struct cm_importing *importing, const struct cm_csv_record *head, const char *const *maps,
    struct cm_import_result *result)
{
	size_t i;
	int column, rc;

	for (i = 0; i < CM_IMPORT_COLUMNS; i++)
		importing->field_of[i] = -1;
	importing->field_count = head->count;
	if (head->fault != NULL) {
		snprintf(result->problem, sizeof result->problem, "The first line makes no sense: %s", head->fault);
		return CM_EPARAM;
	}
	if ((rc = map_columns(importing, head, maps, result)) < 0)
		return rc;
	for (i = 0; i < head->count; i++) {
		const struct cm_csv_text *name = &head->fields[i];

		if (is_mapped(importing, i))
			continue;
		column = known_column(name->text, name->bytes);
		if (column >= 0 && find_field(head, name->text, name->bytes) != (int)i)
			return complain(result, "The column", name->text, name->bytes, " is in the file twice.");
		if (column < 0 || importing->field_of[column] >= 0)
			ignore(result, name);
		else
			importing->field_of[column] = (int)i;
	}
	if (importing->field_of[CM_AT_CALL_ID] < 0)
		return complain(result, "There is no column", "call_id", strlen("call_id"),
		    " in the file; say which one it is: --map call_id=NAME");
	if (importing->field_of[CM_AT_STARTED_AT] < 0 &&
	    (importing->field_of[CM_AT_ENDED_AT] < 0 || importing->field_of[CM_AT_DURATION] < 0))
		return complain(result, "There is no column", "started_at", strlen("started_at"),
		    " in the file; say which one it is: --map started_at=NAME");
	return 0;
}
