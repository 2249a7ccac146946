/* app_tables: the tables of a voice app's own database, as they are; see app_tables.h. */
#include "config.h"

#include "app_tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "error.h"

/* What is read of each table; the first ones are needed. */
static const struct source {
	const char *name;
	const char *key;			/* the column of the guide that names a row */
	size_t needed;
	const char *columns[CM_APP_COLUMNS];
} sources[] = {
	[CM_SOURCE_CALLS] = { "calls", "call_id", 2,
	    { "call_id", "started_at", "call_type", "caller_number", "callee_number", "ended_at", "duration_seconds", "status",
		"has_audio", "has_transcript", "metadata" } },
	[CM_SOURCE_TRANSCRIPTS] = { "transcripts", "id", 2, { "call_id", "timestamp", "speaker", "content" } },
	[CM_SOURCE_LATENCY_EVENTS] = { "latency_events", "id", 4, { "call_id", "event_type", "duration_ms", "timestamp", "metadata" } },
};

enum { TEXT_MOST = 1 << 20 };		/* characters of a text that are worth reading */

/* One column as app-columns tells it. */
struct column {
	char name[CM_APP_NAME];
	char type[CM_APP_NAME];
	bool unique;
	bool own_number;
};

const char *
cm_source_name(enum cm_source source)
{
	return sources[source].name;
}

/* A name as it stands in a statement; false where it is too long for any that is meant. */
static bool
quote(const char *name, char out[CM_APP_NAME])
{
	size_t n = 0;

	out[n++] = '"';
	for (; *name != '\0' && n < CM_APP_NAME - 3; name++) {
		if (*name == '"')
			out[n++] = '"';
		out[n++] = *name;
	}
	out[n++] = '"';
	out[n] = '\0';
	return *name == '\0';
}

static const struct column *
find(const struct column *columns, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcasecmp(columns[i].name, name) == 0)
			return &columns[i];
	return NULL;
}

static bool
take_key(struct cm_app_table *table, const struct column *column)
{
	snprintf(table->key_type, sizeof table->key_type, "%s", column->type);
	return quote(column->name, table->key);
}

/* By what a row is known: its number, the guide's column where that is unique, or any other that is. */
static bool
find_key(struct cm_app_table *table, const struct column *columns, size_t count, bool numbered)
{
	const struct column *column = find(columns, count, sources[table->source].key);
	size_t i;

	if (column != NULL && column->unique)
		return take_key(table, column);
	for (i = 0; i < count; i++)
		if (columns[i].own_number)
			return take_key(table, &columns[i]);
	for (i = 0; i < count; i++)
		if (columns[i].unique)
			return take_key(table, &columns[i]);
	if (!numbered)
		return false;
	snprintf(table->key, sizeof table->key, "%s", find(columns, count, "rowid") == NULL ? "rowid" : "_rowid_");
	table->key_is_rowid = true;
	return true;
}

/* How a column is read: on a server a length of time as seconds, a date as its midnight; a text without end not at all. */
static void
print_column(FILE *out, const struct column *column, bool remote)
{
	const char *cast = remote && strcmp(column->type, "bytea") != 0 ? "::text" : "";
	char quoted[CM_APP_NAME];

	quote(column->name, quoted);
	if (strcasecmp(column->name, "metadata") == 0 || strcasecmp(column->name, "content") == 0)
		fprintf(out, ", CASE WHEN length(t.%s%s) > %d THEN NULL ELSE t.%s%s END", quoted, cast, TEXT_MOST, quoted, cast);
	else if (remote && strncmp(column->type, "interval", 8) == 0)
		fprintf(out, ", extract(epoch FROM t.%s)", quoted);
	else if (remote && strcmp(column->type, "date") == 0)
		fprintf(out, ", t.%s::timestamp", quoted);
	else
		fprintf(out, ", t.%s", quoted);
	/* A column of another type makes it another statement. */
	if (remote && strchr(column->type, '*') == NULL)
		fprintf(out, " /* %s */", column->type);
}

static int
list_columns(struct cm_app_table *table, const struct column *columns, size_t count, bool remote)
{
	const struct source *source = &sources[table->source];
	size_t i, bytes, length = 0;
	FILE *out = open_memstream(&table->columns, &bytes);

	if (out == NULL)
		return CM_ENOMEM;
	for (i = 0; i < nitems(source->columns) && source->columns[i] != NULL; i++) {
		const struct column *column = find(columns, count, source->columns[i]);

		if (column != NULL) {
			print_column(out, column, remote);
			continue;
		}
		fputs(", NULL", out);
		if (i < source->needed && table->problem[0] == '\0')
			snprintf(table->problem, sizeof table->problem, "The table %s has no column %s, which is needed.", table->name,
			    source->columns[i]);
		length += (size_t)snprintf(table->missing + length, sizeof table->missing - length, "%s%s", length > 0 ? ", " : "",
		    source->columns[i]);
	}
	return fclose(out) == 0 ? 0 : CM_ENOMEM;
}

enum { COLUMNS_MOST = 512 };

static int
read_columns(struct cm_store *app, struct cm_app_table *table, struct column *columns)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("table", table->name), { 0 } };
	bool numbered = false;
	struct cm_rows *rows;
	size_t count = 0;
	int rc;

	if ((rc = cm_store_query(app, "app-columns", binds, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0 && count < COLUMNS_MOST) {
		table->there = true;
		numbered = cm_rows_int(rows, 5) != 0;
		if (strcmp(cm_rows_text(rows, 6), "table") != 0)
			snprintf(table->problem, sizeof table->problem, "%s is no ordinary table, so its rows cannot be followed.", table->name);
		snprintf(columns[count].name, sizeof columns[count].name, "%s", cm_rows_text(rows, 0));
		snprintf(columns[count].type, sizeof columns[count].type, "%s", cm_rows_text(rows, 1));
		columns[count].unique = cm_rows_int(rows, 3) != 0;
		columns[count++].own_number = cm_rows_int(rows, 4) != 0;
	}
	cm_rows_done(rows);
	if (rc < 0 || !table->there)
		return rc < 0 ? rc : 0;
	if (table->problem[0] == '\0' && !find_key(table, columns, count, numbered))
		snprintf(table->problem, sizeof table->problem,
		    "The table %s has no column that is unique, so its rows cannot be followed; give it a primary key of one column.", table->name);
	table->place = !numbered ? table->key : find(columns, count, "rowid") == NULL ? "rowid" : "_rowid_";
	return list_columns(table, columns, count, cm_store_is_remote(app));
}

int
cm_app_tables_read(struct cm_store *app, struct cm_app_tables *tables)
{
	struct column *columns = malloc(COLUMNS_MOST * sizeof *columns);
	int i, rc = columns != NULL ? 0 : CM_ENOMEM;

	*tables = (struct cm_app_tables){ 0 };
	for (i = 0; i < CM_SOURCES && rc == 0; i++) {
		tables->of[i].source = i + 1;
		tables->of[i].name = sources[i + 1].name;
		rc = read_columns(app, &tables->of[i], columns);
	}
	free(columns);
	if (rc < 0)
		cm_app_tables_done(tables);
	return rc;
}

void
cm_app_tables_done(struct cm_app_tables *tables)
{
	int i;

	for (i = 0; i < CM_SOURCES; i++)
		free(tables->of[i].columns);
	*tables = (struct cm_app_tables){ 0 };
}

const char *
cm_app_tables_problem(const struct cm_app_tables *tables)
{
	int i;

	for (i = 0; i < CM_SOURCES; i++)
		if (tables->of[i].problem[0] != '\0')
			return tables->of[i].problem;
	return NULL;
}
