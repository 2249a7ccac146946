/* store: what is the same for every engine; see store.h. */
#include "config.h"

#include "store_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "settings.h"
#include "sql.h"

enum { QUERY_LIMIT_MS = 8000 };		/* a question's; under nginx's patience */

int64_t
cm_store_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int
cm_store_fail(struct cm_store *store, int error, const char *problem)
{
	snprintf(store->problem, sizeof store->problem, "%s", problem);
	return error;
}

const char *
cm_store_problem(const struct cm_store *store)
{
	return store->problem;
}

int
cm_store_open(const char *url, enum cm_store_mode mode, struct cm_store **out)
{
	struct cm_store *store = calloc(1, sizeof *store);

	if (store == NULL)
		return CM_ENOMEM;
	store->engine = &cm_engine_sqlite;
	store->mode = mode;
	if ((store->url = strdup(url)) == NULL || store->engine->open(store) < 0) {
		free(store->url);
		free(store);
		return CM_ENOMEM;
	}
	*out = store;
	return 0;
}

static void
forget_notes(struct cm_store *store)
{
	while (store->note_count > 0)
		free((void *)(uintptr_t)store->notes[--store->note_count].statement);
}

void *
cm_store_memo(struct cm_store *store)
{
	return store->memo;
}

void
cm_store_set_memo(struct cm_store *store, void *memo, void (*release)(void *memo))
{
	if (store->memo != NULL)
		store->release_memo(store->memo);
	store->memo = memo;
	store->release_memo = release;
}

void
cm_store_forget(struct cm_store *store)
{
	while (store->rows_count > 0)
		store->engine->finish(&store->rows[--store->rows_count]);
	store->in_transaction = false;
	cm_store_set_memo(store, NULL, NULL);
	forget_notes(store);
	store->engine->disconnect(store);
}

void
cm_store_close(struct cm_store *store)
{
	if (store == NULL)
		return;
	cm_store_forget(store);
	store->engine->close(store);
	free(store->url);
	free(store);
}

int
cm_store_begin(struct cm_store *store)
{
	int64_t limit_ms = cm_setting_int("CALLMETRICS_QUERY_LIMIT_MS", QUERY_LIMIT_MS, 1, 3600000);
	int rc;

	store->deadline_ms = store->mode == CM_STORE_READ ? cm_store_now_ms() + limit_ms : 0;
	if ((rc = store->engine->begin(store)) < 0)
		return rc;
	store->in_transaction = true;
	store->horizon_known = false;
	store->inexact = false;
	return 0;
}

void
cm_store_no_deadline(struct cm_store *store)
{
	store->deadline_ms = 0;
}

int
cm_store_end(struct cm_store *store, bool keep)
{
	size_t i;
	int rc = 0;

	if (!store->in_transaction)
		return 0;
	for (i = 0; i < store->rows_count; i++)
		cm_rows_done(&store->rows[i]);
	store->deadline_ms = 0;
	store->in_transaction = false;
	cm_store_set_memo(store, NULL, NULL);
	if (keep && (rc = store->engine->commit(store)) == 0)
		return 0;
	if (store->engine->roll_back(store) < 0)
		cm_store_forget(store);
	return rc;
}

static bool
is_name(char c)
{
	return (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9');
}

/* The next :name of a statement's text; NULL where there is none.  Comments, quoted words and casts (::) are passed
 * over. */
static const char *
next_parameter(const char *text, size_t *length)
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

static bool
is_known(const struct cm_rows *rows, const char *name, size_t length)
{
	int i;

	for (i = 0; i < rows->parameter_count; i++)
		if (rows->parameters[i].length == length && memcmp(rows->parameters[i].name, name, length) == 0)
			return true;
	return false;
}

/* Notes where each parameter's value goes, once and not at each run. */
static int
name_parameters(struct cm_rows *rows, const char *text)
{
	size_t length;

	rows->parameter_count = 0;
	while ((text = next_parameter(text, &length)) != NULL) {
		if (!is_known(rows, text, length)) {
			if (rows->parameter_count == CM_PARAMETERS_MAX)
				return cm_store_fail(rows->store, CM_ESTORE, "A statement of this program has too many parameters.");
			rows->parameters[rows->parameter_count++] = (struct cm_parameter){ text, length };
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
		if (strcmp(store->rows[i].name, name) == 0)
			return &store->rows[i];
	return NULL;
}

static int
prepare(struct cm_store *store, const char *name, struct cm_rows **out)
{
	struct cm_rows *rows = kept_rows(store, name);
	const char *text;
	int rc;

	if (rows == NULL) {
		if ((text = cm_sql_text(store->engine->name, name)) == NULL || store->rows_count == CM_STATEMENTS_MAX)
			return cm_store_fail(store, CM_ESTORE, "A statement is missing from this program; install it again.");
		rows = &store->rows[store->rows_count];
		*rows = (struct cm_rows){ .store = store, .name = name };
		if ((rc = name_parameters(rows, text)) < 0 || (rc = store->engine->prepare(rows, text)) < 0)
			return rc;
		store->rows_count++;
	}
	*out = rows;
	return 0;
}

static bool
is_named(const struct cm_bind *bind, const struct cm_parameter *parameter)
{
	return strncmp(bind->name, parameter->name, parameter->length) == 0 && bind->name[parameter->length] == '\0';
}

/* Binds by name.  Both lists tend to be in the same order, so each search goes on from where the last one ended. */
static void
bind(struct cm_rows *rows, const struct cm_bind *binds, size_t count)
{
	size_t at = 0, left;
	int i;

	for (i = 0; i < rows->parameter_count; i++) {
		for (left = count; left > 0 && !is_named(&binds[at], &rows->parameters[i]); left--)
			at = at + 1 < count ? at + 1 : 0;
		if (left > 0)
			rows->store->engine->bind(rows, i + 1, &binds[at]);
	}
}

static void
start(struct cm_rows *rows, const struct cm_bind *binds, size_t count)
{
	bind(rows, binds, count);
	rows->count = 0;
	if (rows->store->explain)
		clock_gettime(CLOCK_MONOTONIC, &rows->started);
}

int
cm_store_query(struct cm_store *store, const char *name, const struct cm_bind *binds, struct cm_rows **out)
{
	struct cm_rows *rows = NULL;
	size_t count = 0;
	int rc;

	if ((rc = prepare(store, name, &rows)) < 0)
		return rc;
	while (binds != NULL && binds[count].name != NULL)
		count++;
	start(rows, binds, count);
	*out = rows;
	return 0;
}

static int64_t
run_started(struct cm_rows *rows)
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
	return run_started(rows);
}

bool
cm_store_is_remote(const struct cm_store *store)
{
	return store->engine->remote;
}

int64_t
cm_store_run_many(struct cm_store *store, const char *name, const struct cm_bind *binds, size_t width, size_t count)
{
	struct cm_rows *rows = NULL;
	int64_t rc, changed = 0;
	size_t i;

	if (count == 0)
		return 0;
	if (store->engine->run_many != NULL)
		return store->engine->run_many(store, name, binds, width, count);
	if ((rc = prepare(store, name, &rows)) < 0)
		return rc;
	for (i = 0; i < count; i++) {
		start(rows, binds + i * width, width);
		if ((rc = run_started(rows)) < 0)
			return rc;
		changed += rc;
	}
	return changed;
}

int
cm_store_query_many(struct cm_store *store, const char *name, const struct cm_bind *binds, size_t width, size_t count,
    struct cm_rows **out)
{
	if (store->engine->query_many == NULL)
		return cm_store_fail(store, CM_ESTORE, "This database takes one question at a time.");
	return store->engine->query_many(store, name, binds, width, count, out);
}

int
cm_rows_next(struct cm_rows *rows)
{
	int rc = rows->store->engine->next(rows);

	rows->count += rc > 0;
	return rc;
}

bool
cm_rows_null(const struct cm_rows *rows, int column)
{
	return rows->store->engine->is_null(rows, column);
}

int64_t
cm_rows_int(const struct cm_rows *rows, int column)
{
	return rows->store->engine->get_int(rows, column);
}

const char *
cm_rows_text(const struct cm_rows *rows, int column)
{
	return rows->store->engine->get_text(rows, column);
}

size_t
cm_rows_bytes(const struct cm_rows *rows, int column)
{
	return rows->store->engine->get_bytes(rows, column);
}

static void
note(struct cm_rows *rows)
{
	struct cm_store *store = rows->store;
	struct timespec now;
	struct cm_note *note;

	if (store->note_count == CM_NOTES_MAX)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	note = &store->notes[store->note_count++];
	note->statement = store->engine->shown(rows);
	note->rows = rows->count;
	note->milliseconds = (double)(now.tv_sec - rows->started.tv_sec) * 1e3 +
	    (double)(now.tv_nsec - rows->started.tv_nsec) / 1e6;
}

void
cm_rows_done(struct cm_rows *rows)
{
	if (rows == NULL)
		return;
	if (rows->started.tv_sec != 0)
		note(rows);
	rows->started.tv_sec = 0;
	rows->store->engine->reset(rows);
}

int
cm_store_script(struct cm_store *store, const char *name)
{
	const char *text = cm_sql_text(store->engine->name, name);

	return text != NULL ? store->engine->script(store, text)
			    : cm_store_fail(store, CM_ESTORE, "A script is missing from this program.");
}

int
cm_store_journal_mode(struct cm_store *store, const char *mode, char former[16])
{
	return store->engine->journal_mode(store, mode, former);
}

int
cm_store_number(struct cm_store *store, const char *name, const struct cm_bind *binds, int64_t *out)
{
	struct cm_rows *rows;
	int64_t number;
	int rc;

	if ((rc = cm_store_query(store, name, binds, &rows)) < 0)
		return rc;
	rc = cm_rows_next(rows);
	number = rc > 0 ? cm_rows_int(rows, 0) : 0;
	cm_rows_done(rows);
	if (rc < 0)
		return rc;
	*out = number;
	return 0;
}

int
cm_store_text(struct cm_store *store, const char *name, const struct cm_bind *binds, char *out, size_t room)
{
	struct cm_rows *rows;
	int rc;

	if ((rc = cm_store_query(store, name, binds, &rows)) < 0)
		return rc;
	if ((rc = cm_rows_next(rows)) > 0)
		snprintf(out, room, "%s", cm_rows_text(rows, 0));
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}

int
cm_store_pruned_before(struct cm_store *store, int64_t *out_us)
{
	int rc = 0;

	if (!store->horizon_known)
		rc = cm_store_number(store, "pruned-before", NULL, &store->pruned_before_us);
	if (rc < 0)
		return rc;
	store->horizon_known = true;
	*out_us = store->pruned_before_us;
	return 0;
}

void
cm_store_set_inexact(struct cm_store *store)
{
	store->inexact = true;
}

bool
cm_store_is_inexact(const struct cm_store *store)
{
	return store->inexact;
}

void
cm_store_explain(struct cm_store *store, bool on)
{
	forget_notes(store);
	store->explain = on;
}

const struct cm_note *
cm_store_notes(const struct cm_store *store, size_t *count)
{
	*count = store->note_count;
	return store->notes;
}
