/* store_statement: statements by name, with their parameters by name: finding, preparing, binding, running; see store.h. */
#include "config.h"

#include "store_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "sql.h"

static bool
is_name(char c)
{
	return (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9');
}

const char *
cm_next_parameter(const char *text, size_t *length)
{
	for (; *text != '\0'; text++) {
		if (text[0] == '-' && text[1] == '-') {
			text += strcspn(text, "\n");
		} else if (*text == '\'') {
			text += 1 + strcspn(text + 1, "'");
		} else if (text[0] == ':' && text[1] == ':') {
			text++;
		} else if (text[0] == ':' && is_name(text[1])) {
			for (*length = 0; is_name(text[1 + *length]); ++*length)
				continue;
			return text + 1;
		}
		if (*text == '\0')
			break;
	}
	return NULL;
}

int
cm_parameter_position(const struct cm_rows *rows, const char *name, size_t length)
{
	int i;

	for (i = 0; i < rows->parameter_count; i++)
		if (rows->parameters[i].length == length && memcmp(rows->parameters[i].name, name, length) == 0)
			return i + 1;
	return 0;
}

/* Notes where each parameter's value goes, once and not at each run. */
static int
name_parameters(struct cm_rows *rows, const char *text)
{
	size_t length;

	rows->parameter_count = 0;
	while ((text = cm_next_parameter(text, &length)) != NULL) {
		if (cm_parameter_position(rows, text, length) == 0) {
			if (rows->parameter_count == CM_PARAMETERS_MAX)
				return cm_store_fail(rows->store, CM_ESTORE, "A statement of this program has too many parameters.");
			rows->parameters[rows->parameter_count++] = (struct cm_parameter){ .name = text, .length = length };
		}
		text += length;
	}
	return 0;
}

static struct cm_rows *
kept_rows(struct cm_store *store, const char *name)
{
	size_t i;

	for (i = 0; i < store->rows_count; i++)
		if (strcmp(store->rows[i]->name, name) == 0)
			return store->rows[i];
	return NULL;
}

static bool
is_named(const struct cm_bind *bind, const struct cm_parameter *parameter)
{
	return strncmp(bind->name, parameter->name, parameter->length) == 0 && bind->name[parameter->length] == '\0';
}

/* Values for a statement: one list of binds, or several and what they have in common. */
struct values {
	const struct cm_bind *common;
	const struct cm_bind *binds;
	size_t width;
	size_t count;			/* of lists */
	bool many;
};

static struct values
values_of(const struct cm_bind *binds)
{
	struct values values = { .binds = binds, .count = 1 };

	while (binds != NULL && binds[values.width].name != NULL)
		values.width++;
	return values;
}

/* The bind of a parameter in the first list, or NULL.  It is looked for by its name where it is not where it was. */
static const struct cm_bind *
bind_of(struct cm_parameter *parameter, const struct values *values)
{
	size_t i = parameter->place;

	if (i < values->width && values->binds[i].name == parameter->bound)
		return &values->binds[i];
	for (i = 0; i < values->width; i++) {
		if (!is_named(&values->binds[i], parameter))
			continue;
		parameter->place = i;
		parameter->bound = values->binds[i].name;
		return &values->binds[i];
	}
	return NULL;
}

/* A bind that all lists have in common, or NULL. */
static const struct cm_bind *
common_of(const struct cm_parameter *parameter, const struct values *values)
{
	const struct cm_bind *bind;

	for (bind = values->common; bind != NULL && bind->name != NULL; bind++)
		if (is_named(bind, parameter))
			return bind;
	return NULL;
}

/* What kind of value each parameter takes, which a server wants to know before it prepares. */
static void
type_parameters(struct cm_rows *rows, const struct values *values)
{
	int i;

	for (i = 0; i < rows->parameter_count; i++) {
		struct cm_parameter *parameter = &rows->parameters[i];
		const struct cm_bind *bind = bind_of(parameter, values);

		parameter->many = values->many && bind != NULL;
		if (bind == NULL)
			bind = common_of(parameter, values);
		parameter->known = bind != NULL;
		parameter->is_bytes = bind != NULL && bind->type == CM_BIND_BYTES;
		parameter->is_int = bind != NULL && bind->type != CM_BIND_TEXT && !parameter->is_bytes;
	}
}

static int
bind_all(struct cm_rows *rows, const struct values *values)
{
	const struct cm_engine *engine = rows->store->engine;
	int i, rc = 0;

	for (i = 0; i < rows->parameter_count && rc == 0; i++) {
		struct cm_parameter *parameter = &rows->parameters[i];
		const struct cm_bind *bind = bind_of(parameter, values);

		if (parameter->many)
			rc = engine->bind_many(rows, i + 1, bind, values->width, values->count);
		else if (bind != NULL || (bind = common_of(parameter, values)) != NULL)
			engine->bind(rows, i + 1, bind);
	}
	return rc;
}

static struct cm_defined *
defined_as(const struct cm_store *store, const char *name)
{
	struct cm_defined *defined;

	for (defined = store->defined; defined != NULL; defined = defined->next)
		if (strcmp(defined->name, name) == 0)
			break;
	return defined;
}

/* Finishes a statement that is kept; the last one takes its place. */
static void
drop_kept(struct cm_store *store, const char *name)
{
	struct cm_rows *rows = kept_rows(store, name);
	size_t i;

	if (rows == NULL)
		return;
	store->engine->finish(rows);
	for (i = 0; store->rows[i] != rows; i++)
		continue;
	store->rows[i] = store->rows[--store->rows_count];
	free(rows);
}

int
cm_store_define(struct cm_store *store, const char *name, const char *text)
{
	struct cm_defined *defined = defined_as(store, name);
	char *copy;

	if (defined != NULL && strcmp(defined->text, text) == 0)
		return 0;
	if ((copy = strdup(text)) == NULL || (defined == NULL && (defined = calloc(1, sizeof *defined)) == NULL)) {
		free(copy);
		return CM_ENOMEM;
	}
	if (defined->text == NULL) {
		defined->name = name;
		defined->next = store->defined;
		store->defined = defined;
	}
	drop_kept(store, name);
	free(defined->text);
	defined->text = copy;
	return 0;
}

/* The text of a statement, and its name for as long as the store lives. */
static const char *
text_of(const struct cm_store *store, const char **name)
{
	const struct cm_defined *defined = defined_as(store, *name);
	const struct cm_sql *sql;

	if (defined != NULL) {
		*name = defined->name;
		return defined->text;
	}
	if ((sql = cm_sql_find(store->engine->name, *name)) == NULL)
		return NULL;
	*name = cm_sql_name(sql);
	return sql->text;
}

static struct cm_rows *
new_rows(struct cm_store *store, const char *name)
{
	size_t room = store->rows_room == 0 ? 32 : 2 * store->rows_room;
	struct cm_rows *rows = malloc(sizeof *rows), **grown;

	if (rows != NULL && store->rows_count == store->rows_room) {
		if ((grown = realloc(store->rows, room * sizeof *grown)) == NULL) {
			free(rows);
			return NULL;
		}
		store->rows = grown;
		store->rows_room = room;
	}
	if (rows != NULL)
		*rows = (struct cm_rows){ .store = store, .name = name, .of_packs = strncmp(name, "pack-", 5) == 0,
			.as_bytes = strncmp(name, "pack-", 5) == 0 || strncmp(name, "leaf-", 5) == 0 };
	return rows;
}

/* Nothing is kept of a statement that cannot be prepared. */
static int
prepare_new(struct cm_store *store, const char *name, const struct values *values, struct cm_rows **out)
{
	const char *text = text_of(store, &name);
	struct cm_rows *rows;
	int rc;

	if (text == NULL)
		return cm_store_lacks(store, name);
	if ((rows = new_rows(store, name)) == NULL)
		return cm_store_fail(store, CM_ENOMEM, "Out of memory.");
	if ((rc = name_parameters(rows, text)) == 0) {
		type_parameters(rows, values);
		rc = store->engine->prepare(rows, text);
	}
	if (rc < 0) {
		free(rows);
		return rc;
	}
	store->rows[store->rows_count++] = *out = rows;
	return 0;
}

/* A statement, prepared, once and for all. */
static int
prepare(struct cm_store *store, const char *name, const struct values *values, struct cm_rows **out)
{
	struct cm_rows *rows = kept_rows(store, name);

	if (rows == NULL)
		return prepare_new(store, name, values, out);
	*out = rows;
	return 0;
}

static int
open_rows(struct cm_store *store, const char *name, const struct values *values, bool streams, struct cm_rows **out)
{
	struct cm_rows *rows = NULL;
	int rc;

	if ((rc = prepare(store, name, values, &rows)) < 0)
		return rc;
	if (rows->is_open)
		return cm_store_fail(store, CM_ESTORE, "A statement of this program is run again while it is read.");
	if ((rc = bind_all(rows, values)) < 0) {
		store->engine->reset(rows);
		return rc;
	}
	rows->streams = streams;
	rows->is_open = true;
	rows->count = 0;
	if (store->explain)
		clock_gettime(CLOCK_MONOTONIC, &rows->started);
	*out = rows;
	return 0;
}

int
cm_store_query(struct cm_store *store, const char *name, const struct cm_bind *binds, struct cm_rows **out)
{
	const struct values values = values_of(binds);

	return open_rows(store, name, &values, false, out);
}

int
cm_store_stream(struct cm_store *store, const char *name, const struct cm_bind *binds, struct cm_rows **out)
{
	const struct values values = values_of(binds);

	return open_rows(store, name, &values, true, out);
}

int
cm_store_query_many(struct cm_store *store, const char *name, const struct cm_bind *common, const struct cm_bind *binds,
    size_t width, size_t count, struct cm_rows **out)
{
	const struct values values = { .common = common, .binds = binds, .width = width, .count = count, .many = true };

	return open_rows(store, name, &values, false, out);
}

/* Runs it to its end; the rows that it changed, or an error. */
static int64_t
run_rows(struct cm_rows *rows)
{
	int rc;

	while ((rc = cm_rows_next(rows)) > 0)
		continue;
	cm_rows_done(rows);
	return rc < 0 ? rc : rows->store->engine->changes(rows->store);
}

int64_t
cm_store_run(struct cm_store *store, const char *name, const struct cm_bind *binds)
{
	struct cm_rows *rows;
	int rc;

	if ((rc = cm_store_query(store, name, binds, &rows)) < 0)
		return rc;
	return run_rows(rows);
}

int64_t
cm_store_run_many(struct cm_store *store, const char *name, const struct cm_bind *binds, size_t width, size_t count)
{
	struct values values = { .binds = binds, .width = width, .count = 1 };
	struct cm_rows *rows;
	int64_t rc, changed = 0;
	char many[64];

	if (count == 0)
		return 0;
	if (store->engine->remote) {
		snprintf(many, sizeof many, "%s-many", name);
		rc = cm_store_query_many(store, many, NULL, binds, width, count, &rows);
		return rc < 0 ? rc : run_rows(rows);
	}
	if ((rc = open_rows(store, name, &values, false, &rows)) < 0)
		return rc;
	for (;;) {
		if ((rc = run_rows(rows)) < 0)
			return rc;
		changed += rc;
		if (--count == 0)
			return changed;
		values.binds += width;
		if ((rc = bind_all(rows, &values)) < 0)
			return rc;
	}
}
