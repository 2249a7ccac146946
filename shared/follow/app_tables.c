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
	bool may_be_null;
};

/* The table whose columns are read. */
struct looking {
	struct cm_store *app;
	struct cm_app_table *table;
	struct column *columns;
	size_t count;
	bool numbered;				/* rows have numbers */
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

/* Whether rows are told apart by a column now.  A call without an id is none, so that of calls may be null. */
static int
tells_apart(struct looking *looking, const struct column *column, bool *out)
{
	struct cm_app_table *table = looking->table;
	char text[3 * CM_APP_NAME];
	int64_t nulls = 0;
	int rc;

	*out = false;
	if (!column->unique || !take_key(table, column))
		return 0;
	*out = true;
	if (!column->may_be_null || (table->source == CM_SOURCE_CALLS && strcasecmp(column->name, sources[table->source].key) == 0))
		return 0;
	snprintf(text, sizeof text, "SELECT EXISTS (SELECT 1 FROM \"%s\" WHERE %s IS NULL)", table->name, table->key);
	if ((rc = cm_store_define(looking->app, "app-keyless", text)) < 0 ||
	    (rc = cm_store_number(looking->app, "app-keyless", NULL, &nulls)) < 0)
		return rc;
	*out = nulls == 0;
	return 0;
}

/* What SQLite calls the number of a row, where the app has no column of that name; NULL: it has. */
static const char *
number_of(const struct looking *looking)
{
	static const char *const names[] = { "rowid", "_rowid_", "oid" };
	size_t i;

	for (i = 0; i < nitems(names) && looking->numbered; i++)
		if (find(looking->columns, looking->count, names[i]) == NULL)
			return names[i];
	return NULL;
}

/* By what a row is known: the guide's column where that is unique, its own number, another column that is unique, or SQLite's number. */
static int
find_key(struct looking *looking, bool *found)
{
	struct cm_app_table *table = looking->table;
	const struct column *column = find(looking->columns, looking->count, sources[table->source].key);
	const char *number = number_of(looking);
	size_t i;
	int rc = 0;

	*found = false;
	if (column != NULL && (rc = tells_apart(looking, column, found)) < 0)
		return rc;
	for (i = 0; i < looking->count && !*found; i++)
		if (looking->columns[i].own_number)
			*found = take_key(table, &looking->columns[i]);
	for (i = 0; i < looking->count && !*found; i++)
		if ((rc = tells_apart(looking, &looking->columns[i], found)) < 0)
			return rc;
	if (*found || number == NULL)
		return 0;
	snprintf(table->key, sizeof table->key, "%s", number);
	table->key_is_rowid = true;
	*found = true;
	return 0;
}

/* The condition of a partial index, from its text; "" none. */
static const char *
condition_of(const char *text)
{
	char quote = 0;
	int depth = 0;

	for (; *text != '\0'; text++) {
		if (quote != 0)
			quote = *text == quote ? 0 : quote;
		else if (*text == '"' || *text == '\'' || *text == '`' || *text == '[')
			quote = *text == '[' ? ']' : *text;
		else if (*text == '(' || *text == ')')
			depth += *text == '(' ? 1 : -1;
		else if (depth == 0 && strncasecmp(text, "WHERE", 5) == 0 && strchr(") \t\r\n", text[-1]) != NULL)
			return text + 5;
	}
	return "";
}

/* What names the rows that INSERT OR REPLACE takes away for other keys than the row's, since no trigger fires for them. */
static int
list_replaced(struct looking *looking)
{
	struct cm_app_table *table = looking->table;
	const struct cm_bind binds[] = { CM_TEXT_PARAM("table", table->name), CM_TEXT_PARAM("key", table->key), { 0 } };
	struct cm_rows *rows;
	size_t bytes;
	FILE *out;
	int rc;

	if (cm_store_is_remote(looking->app))
		return 0;
	if ((rc = cm_store_query(looking->app, "app-conflicts", binds, &rows)) < 0)
		return rc;
	if ((out = open_memstream(&table->replaced, &bytes)) == NULL) {
		cm_rows_done(rows);
		return CM_ENOMEM;
	}
	while ((rc = cm_rows_next(rows)) > 0) {
		fprintf(out, "INSERT INTO callmetrics_journal (source, row_key) SELECT %d, t.%s FROM \"%s\" t WHERE %s", (int)table->source,
		    table->key, table->name, cm_rows_text(rows, 0));
		if (!cm_rows_null(rows, 1))
			fprintf(out, " AND (%s)", condition_of(cm_rows_text(rows, 1)));
		fputs("; ", out);
	}
	cm_rows_done(rows);
	if (fclose(out) != 0)
		return CM_ENOMEM;
	if (*table->replaced == '\0') {
		free(table->replaced);
		table->replaced = NULL;
	}
	return rc;
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
read_columns(struct looking *looking)
{
	struct cm_app_table *table = looking->table;
	const struct cm_bind binds[] = { CM_TEXT_PARAM("table", table->name), { 0 } };
	struct cm_rows *rows;
	int rc;

	if ((rc = cm_store_query(looking->app, "app-columns", binds, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0 && looking->count < COLUMNS_MOST) {
		struct column *column = &looking->columns[looking->count++];

		table->there = true;
		looking->numbered = cm_rows_int(rows, 5) != 0;
		if (strcmp(cm_rows_text(rows, 6), "table") != 0)
			snprintf(table->problem, sizeof table->problem, "%s is no ordinary table, so its rows cannot be followed.",
			    table->name);
		snprintf(column->name, sizeof column->name, "%s", cm_rows_text(rows, 0));
		snprintf(column->type, sizeof column->type, "%s", cm_rows_text(rows, 1));
		column->unique = cm_rows_int(rows, 3) != 0;
		column->own_number = cm_rows_int(rows, 4) != 0;
		column->may_be_null = !cm_store_is_remote(looking->app) && cm_rows_int(rows, 7) != 0;
	}
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}

/* A foreign key that only works as long as there is no trigger. */
static int
check_foreign_keys(struct looking *looking)
{
	struct cm_app_table *table = looking->table;
	const struct cm_bind binds[] = { CM_TEXT_PARAM("table", table->name), { 0 } };
	char child[CM_APP_NAME] = "";
	int rc;

	if (cm_store_is_remote(looking->app))
		return 0;
	if ((rc = cm_store_text(looking->app, "app-broken-keys", binds, child, sizeof child)) < 0 || child[0] == '\0')
		return rc;
	snprintf(table->problem, sizeof table->problem, "A foreign key of the table %.40s refers to a column of %s that is not "
	    "unique, so SQLite "
	    "refuses writes to %s that has a trigger; make a unique index on the column.", child, table->name, table->name);
	return 0;
}

static int
read_table(struct looking *looking)
{
	struct cm_app_table *table = looking->table;
	const char *number;
	bool found;
	int rc;

	if ((rc = read_columns(looking)) < 0 || !table->there)
		return rc;
	if (table->problem[0] == '\0') {
		if ((rc = find_key(looking, &found)) < 0)
			return rc;
		if (!found)
			snprintf(table->problem, sizeof table->problem, "The table %s has no column that is unique, so its rows "
			    "cannot be followed; "
			    "give it a primary key of one column.", table->name);
		else if ((rc = check_foreign_keys(looking)) < 0 || (rc = list_replaced(looking)) < 0)
			return rc;
	}
	number = number_of(looking);
	table->place = number != NULL ? number : table->key;
	return list_columns(table, looking->columns, looking->count, cm_store_is_remote(looking->app));
}

int
cm_app_tables_find(struct cm_store *app)
{
	int64_t rc = cm_store_is_remote(app) ? cm_store_run(app, "app-path-kept", NULL) : 0;

	return rc < 0 ? (int)rc : 0;
}

int
cm_app_tables_read(struct cm_store *app, struct cm_app_tables *tables)
{
	struct column *columns = malloc(COLUMNS_MOST * sizeof *columns);
	struct looking looking;
	int i, rc = columns != NULL ? 0 : CM_ENOMEM;

	cm_app_tables_done(tables);
	for (i = 0; i < CM_SOURCES && rc == 0; i++) {
		tables->of[i].source = i + 1;
		tables->of[i].name = sources[i + 1].name;
		looking = (struct looking){ .app = app, .table = &tables->of[i], .columns = columns };
		rc = read_table(&looking);
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

	for (i = 0; i < CM_SOURCES; i++) {
		free(tables->of[i].columns);
		free(tables->of[i].replaced);
	}
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
