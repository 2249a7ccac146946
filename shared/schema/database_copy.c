/* database_copy: all that one call database holds, copied into another on a server; see database_copy.h. */
#include "config.h"

#include "database_copy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "map.h"
#include "partitions.h"
#include "schema.h"
#include "store.h"

enum { TABLES_MOST = 24, ROWS_AT_ONCE = 100000, TABLE_NAME = 32, COUNTS_TEXT = 640, SIGNS = 5 };

/* What is to be copied, in this order. */
struct inventory {
	size_t count;
	struct {
		char name[TABLE_NAME];
		int64_t rows;
	} tables[TABLES_MOST];
	int64_t total;
	char text[COUNTS_TEXT];		/* the numbers of rows, and a hash of the signs: what tells a changed original */
};

struct move {
	struct cm_store *from;
	struct cm_store *to;
	const struct cm_progress *progress;
	struct inventory inventory;
	int64_t done;
};

static int
read_inventory(struct cm_store *store, struct inventory *inventory)
{
	struct cm_rows *rows;
	size_t used = 0;
	int rc;

	*inventory = (struct inventory){ 0 };
	if ((rc = cm_store_query(store, "move-counts", NULL, &rows)) < 0)
		return rc;
	while (inventory->count < TABLES_MOST && (rc = cm_rows_next(rows)) > 0) {
		size_t i = inventory->count++;

		snprintf(inventory->tables[i].name, TABLE_NAME, "%s", cm_rows_text(rows, 0));
		inventory->tables[i].rows = cm_rows_int(rows, 1);
		inventory->total += inventory->tables[i].rows;
		used += (size_t)snprintf(inventory->text + used, COUNTS_TEXT - used, "%" PRId64 " ", inventory->tables[i].rows);
	}
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}

/* Adds a hash of move-signs to the text: rows may be others though they are as many. */
static int
read_signs(struct cm_store *from, struct inventory *inventory)
{
	uint64_t hash = CM_HASH;
	size_t used = strlen(inventory->text);
	struct cm_rows *rows;
	int rc, column;

	if ((rc = cm_store_query(from, "move-signs", NULL, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0)
		for (column = 0; column < SIGNS; column++)
			hash = cm_hash_text(hash, cm_rows_text(rows, column));
	cm_rows_done(rows);
	snprintf(inventory->text + used, COUNTS_TEXT - used, "%016" PRIx64, hash);
	return rc;
}

static int
set_text(struct cm_store *store, const char *key, const char *value)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("key", key), CM_TEXT_PARAM("value", value), { 0 } };
	int64_t rc = cm_store_run(store, "meta-set", binds);

	return rc < 0 ? (int)rc : 0;
}

static int
get_text(struct cm_store *store, const char *key, char *value, size_t room)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("key", key), { 0 } };

	*value = '\0';
	return cm_store_text(store, "meta-text", binds, value, room);
}

static char *
key_of(const char *table, char key[TABLE_NAME + 8])
{
	snprintf(key, TABLE_NAME + 8, "moved_%s", table);
	return key;
}

static int
moved_rows(struct cm_store *to, const char *table, int64_t *done)
{
	char key[TABLE_NAME + 8];
	const struct cm_bind binds[] = { CM_TEXT_PARAM("key", key), CM_INT_PARAM("fallback", 0), { 0 } };

	key_of(table, key);
	return cm_store_number(to, "meta-get", binds, done);
}

static int
set_moved(struct cm_store *to, const char *table, int64_t done)
{
	char key[TABLE_NAME + 8], value[24];

	snprintf(value, sizeof value, "%" PRId64, done);
	return set_text(to, key_of(table, key), value);
}

/* Whether a database holds anything but what a new one does. */
static int
holds_calls(struct cm_store *to, bool *out)
{
	struct inventory inventory;
	size_t i;
	int rc;

	if ((rc = read_inventory(to, &inventory)) < 0)
		return rc;
	*out = false;
	for (i = 0; i < inventory.count; i++)
		if (strcmp(inventory.tables[i].name, "cm_call") == 0 || strcmp(inventory.tables[i].name, "cm_latency") == 0 ||
		    strcmp(inventory.tables[i].name, "cm_event") == 0)
			*out |= inventory.tables[i].rows > 0;
	return 0;
}

/* Empties the target, and says that what follows is a copy of this original. */
static int
start_anew(struct move *move, const char *script)
{
	size_t i;
	int rc;

	if ((rc = cm_store_script(move->to, script)) < 0)
		return rc;
	for (i = 0; i < move->inventory.count; i++)
		if ((rc = set_moved(move->to, move->inventory.tables[i].name, 0)) < 0)
			return rc;
	return set_text(move->to, "moving", move->inventory.text);
}

/* In a transaction of the target: goes on with a copy, or begins one. */
static int
start(struct move *move)
{
	char moving[COUNTS_TEXT];
	bool holds;
	int rc;

	if ((rc = get_text(move->to, "moving", moving, sizeof moving)) < 0)
		return rc;
	if (strcmp(moving, move->inventory.text) == 0)
		return 0;
	if (*moving != '\0')
		return start_anew(move, "move-again");
	if ((rc = holds_calls(move->to, &holds)) < 0)
		return rc;
	return holds ? CM_ENOTFOUND : start_anew(move, "move-start");
}

/* Runs a piece of work in one transaction of the target. */
static int
transact(struct move *move, int (*work)(struct move *move))
{
	int rc, end;

	if ((rc = cm_store_begin(move->to)) < 0)
		return rc;
	rc = work(move);
	end = cm_store_end(move->to, rc == 0);
	return rc < 0 ? rc : end;
}

static void
report(const struct move *move)
{
	if (move->progress != NULL && move->progress->step != NULL)
		move->progress->step(move->progress->arg, "copying", move->done, move->inventory.total);
}

/* Appends the next rows of a table, and notes how far that is, in one transaction; how many, fewer than ROWS_AT_ONCE
 * at the end. */
static int64_t
append_some(struct move *move, const char *table, struct cm_rows *rows, int64_t done)
{
	int64_t count;
	int rc;

	if ((rc = cm_store_begin(move->to)) < 0)
		return rc;
	count = cm_store_append(move->to, table, rows, ROWS_AT_ONCE);
	rc = count > 0 ? set_moved(move->to, table, done + count) : (int)count;
	if (rc < 0) {
		cm_store_end(move->to, false);
		return rc;
	}
	rc = cm_store_end(move->to, true);
	return rc < 0 ? rc : count;
}

static int
move_table(struct move *move, const char *table)
{
	char statement[TABLE_NAME + 8];
	int64_t done = 0, count;
	struct cm_rows *rows;
	int rc;

	if ((rc = cm_store_begin(move->to)) < 0)
		return rc;
	rc = moved_rows(move->to, table, &done);
	cm_store_end(move->to, false);
	if (rc < 0)
		return rc;
	snprintf(statement, sizeof statement, "move-%s", table);
	const struct cm_bind binds[] = { CM_INT_PARAM("done", done), { 0 } };

	if ((rc = cm_store_query(move->from, statement, binds, &rows)) < 0)
		return cm_store_relay(move->to, move->from, rc);
	move->done += done;
	do {
		if ((count = append_some(move, table, rows, done)) > 0) {
			done += count;
			move->done += count;
			report(move);
		}
	} while (count == ROWS_AT_ONCE);
	cm_rows_done(rows);
	return count < 0 ? (int)count : 0;
}

static int
finish(struct move *move)
{
	const struct cm_bind moving[] = { CM_TEXT_PARAM("key", "moving"), { 0 } };
	int64_t before, rc;

	if ((rc = cm_store_pruned_before(move->from, &before)) < 0)
		return cm_store_relay(move->to, move->from, (int)rc);
	const struct cm_bind horizon[] = { CM_INT_PARAM("before", before), { 0 } };

	if ((rc = cm_store_run(move->to, "prune-from", horizon)) < 0 || (rc = cm_store_script(move->to, "move-end")) < 0 ||
	    (rc = cm_store_run(move->to, "meta-drop", moving)) < 0)
		return (int)rc;
	return set_text(move->to, "moved", move->inventory.text);
}

/* Within one view of the original. */
static int
move_all(struct move *move)
{
	char moved[COUNTS_TEXT];
	size_t i;
	int rc;

	if ((rc = read_inventory(move->from, &move->inventory)) < 0 || (rc = read_signs(move->from, &move->inventory)) < 0)
		return cm_store_relay(move->to, move->from, rc);
	if ((rc = cm_store_begin(move->to)) < 0)
		return rc;
	rc = get_text(move->to, "moved", moved, sizeof moved);
	cm_store_end(move->to, false);
	if (rc < 0 || strcmp(moved, move->inventory.text) == 0)
		return rc;
	if ((rc = transact(move, start)) < 0 || (rc = cm_partitions_make_like(move->to, move->from)) < 0)
		return rc;
	for (i = 0; i < move->inventory.count; i++)
		if ((rc = move_table(move, move->inventory.tables[i].name)) < 0)
			return rc;
	if ((rc = transact(move, finish)) < 0)
		return rc;
	return cm_store_script(move->to, "tidy");
}

int
cm_database_copy(struct cm_store *from, struct cm_store *to, const struct cm_progress *progress)
{
	struct move move = { .from = from, .to = to, .progress = progress };
	int rc;

	if ((rc = cm_store_begin(from)) < 0)
		return cm_store_relay(to, from, rc);
	cm_store_no_deadline(from);
	rc = move_all(&move);
	cm_store_end(from, false);
	return rc;
}
