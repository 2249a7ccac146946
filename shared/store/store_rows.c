/* store_rows: reads the rows of a statement, and notes what it cost where that is asked; see store.h. */
#include "config.h"

#include "store_own.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

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

double
cm_rows_real(const struct cm_rows *rows, int column)
{
	return rows->store->engine->get_real(rows, column);
}

enum cm_value_type
cm_rows_type(const struct cm_rows *rows, int column)
{
	return rows->store->engine->get_type(rows, column);
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

const unsigned char *
cm_rows_blob(const struct cm_rows *rows, int column, size_t *bytes)
{
	return rows->store->engine->get_blob(rows, column, bytes);
}

static void
add_note(const struct cm_rows *rows, int64_t count, double milliseconds)
{
	struct cm_store *store = rows->store;
	bool full = store->note_count >= CM_NOTES_MAX - 1;
	struct cm_note *note = &store->notes[full ? CM_NOTES_MAX - 1 : store->note_count];

	if (store->note_count < CM_NOTES_MAX) {
		*note = (struct cm_note){ .statement = full ? strdup("-- all further statements together") : store->engine->shown(rows) };
		store->note_count++;
	}
	note->rows += count;
	note->milliseconds += milliseconds;
}

static void
note(const struct cm_rows *rows)
{
	struct timespec now;
	double took_ms;

	clock_gettime(CLOCK_MONOTONIC, &now);
	took_ms = (double)(now.tv_sec - rows->started.tv_sec) * 1e3 + (double)(now.tv_nsec - rows->started.tv_nsec) / 1e6;
	if (rows->of_packs)
		rows->store->kept_ms += took_ms;
	else
		add_note(rows, rows->count, took_ms);
}

int
cm_store_note_kept(struct cm_store *store, const char *name, const struct cm_bind *binds, int64_t count)
{
	struct cm_rows *rows;
	int rc;

	if (!store->explain)
		return 0;
	if ((rc = cm_store_query(store, name, binds, &rows)) < 0)
		return rc;
	add_note(rows, count, store->kept_ms);
	store->kept_ms = 0;
	rows->started.tv_sec = 0;
	cm_rows_done(rows);
	return 0;
}

void
cm_rows_done(struct cm_rows *rows)
{
	if (rows == NULL)
		return;
	if (rows->started.tv_sec != 0)
		note(rows);
	rows->started.tv_sec = 0;
	rows->is_open = false;
	rows->store->engine->reset(rows);
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
