/* database_copy: all that one call database holds, copied into another on a server; see database_copy.h. */
#include "config.h"

#include "database_copy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "map.h"
#include "meta.h"
#include "partitions.h"
#include "schema.h"
#include "store.h"
#include "tables.h"

enum { ROWS_AT_ONCE = 100000, SIGNS = 5, SIGNS_TEXT = 48 };

/* What is to be copied. */
struct inventory {
	int64_t total;			/* rows of all tables */
	int64_t own;			/* those that a new database does not have */
	uint64_t hash;			/* of the number of each table's rows, and of its signs */
};

struct move {
	struct cm_store *from;
	struct cm_store *to;
	const struct cm_progress *progress;
	struct inventory inventory;
	char signs[SIGNS_TEXT];		/* the inventory as a text: what tells a changed original */
	int64_t done;
};

/* A table that is to be copied, from this one on; NULL: none. */
static const struct cm_table *
to_move(const struct cm_table *table)
{
	while (table->name != NULL && table->move == NULL)
		table++;
	return table->name != NULL ? table : NULL;
}

static int
read_inventory(struct cm_store *store, struct inventory *inventory)
{
	const struct cm_table *table;
	struct cm_rows *rows;
	int rc;

	*inventory = (struct inventory){ .hash = CM_HASH };
	if ((rc = cm_store_query(store, "move-counts", NULL, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0) {
		table = cm_table_find(cm_rows_text(rows, 0));
		inventory->total += cm_rows_int(rows, 1);
		inventory->own += table == NULL || table->seeded ? 0 : cm_rows_int(rows, 1);
		inventory->hash = cm_hash_text(inventory->hash, cm_rows_text(rows, 1));
	}
	cm_rows_done(rows);
	return rc;
}

/* Adds move-signs: rows may be others though they are as many. */
static int
read_signs(struct cm_store *from, struct inventory *inventory)
{
	struct cm_rows *rows;
	int rc, column;

	if ((rc = cm_store_query(from, "move-signs", NULL, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0)
		for (column = 0; column < SIGNS; column++)
			inventory->hash = cm_hash_text(inventory->hash, cm_rows_text(rows, column));
	cm_rows_done(rows);
	return rc;
}

/* How far a table is copied stands in cm_meta, under "moved_" and its name. */
static int
moved_rows(struct cm_store *to, const struct cm_table *table, int64_t *done)
{
	char key[64];

	snprintf(key, sizeof key, "moved_%s", table->name);
	return cm_meta_number(to, key, 0, done);
}

static int
set_moved(struct cm_store *to, const struct cm_table *table, int64_t done)
{
	char key[64];

	snprintf(key, sizeof key, "moved_%s", table->name);
	return cm_meta_set_number(to, key, done);
}

/* Empties the target, and says that what follows is a copy of this original. */
static int
start_anew(struct move *move, const char *script)
{
	const struct cm_table *table;
	int rc;

	if ((rc = cm_store_script(move->to, script)) < 0)
		return rc;
	for (table = cm_tables; (table = to_move(table)) != NULL; table++)
		if ((rc = set_moved(move->to, table, 0)) < 0)
			return rc;
	return cm_meta_set_text(move->to, "moving", move->signs);
}

/* In a transaction of the target: goes on with a copy, or begins one. */
static int
start(struct move *move)
{
	struct inventory there;
	char moving[SIGNS_TEXT];
	int rc;

	if ((rc = cm_meta_text(move->to, "moving", moving, sizeof moving)) < 0)
		return rc;
	if (strcmp(moving, move->signs) == 0)
		return 0;
	if (*moving != '\0')
		return start_anew(move, "move-again");
	if ((rc = read_inventory(move->to, &there)) < 0)
		return rc;
	return there.own > 0 ? CM_ENOTFOUND : start_anew(move, "move-start");
}

/* Runs a piece of work in one transaction of the target. */
static int
transact(struct move *move, int (*work)(struct move *move))
{
	int rc = cm_store_begin(move->to);

	return rc < 0 ? rc : cm_store_finish(move->to, work(move));
}

static void
report(const struct move *move)
{
	if (move->progress != NULL && move->progress->step != NULL)
		move->progress->step(move->progress->arg, "copying", move->done, move->inventory.total);
}

/* Where the rows of a table are to be: with TimescaleDB in its hypertable (chunks.h), of which it is a view. */
static int
rows_are_in(struct cm_store *to, const struct cm_table *table, char name[64])
{
	bool chunked;
	int rc;

	snprintf(name, 64, "%s_chunks", table->name);
	if ((rc = cm_schema_exists(to, name, &chunked)) == 0 && !chunked)
		snprintf(name, 64, "%s", table->name);
	return rc;
}

/* Appends the next rows of a table, and notes how far that is, in one transaction; how many, fewer than ROWS_AT_ONCE
 * at the end. */
static int64_t
append_some(struct move *move, const struct cm_table *table, struct cm_rows *rows, int64_t done)
{
	char name[64];
	int64_t count;
	int rc;

	if ((rc = cm_store_begin(move->to)) < 0)
		return rc;
	if ((count = rows_are_in(move->to, table, name)) == 0)
		count = cm_store_append(move->to, name, rows, ROWS_AT_ONCE);
	rc = count > 0 ? set_moved(move->to, table, done + count) : (int)count;
	rc = cm_store_finish(move->to, rc);
	return rc < 0 ? rc : count;
}

static int
move_table(struct move *move, const struct cm_table *table)
{
	int64_t done = 0, count;
	struct cm_rows *rows;
	int rc;

	if ((rc = cm_store_begin(move->to)) < 0)
		return rc;
	rc = moved_rows(move->to, table, &done);
	cm_store_end(move->to, false);
	if (rc < 0)
		return rc;
	const struct cm_bind binds[] = { CM_INT_PARAM("done", done), { 0 } };

	if ((rc = cm_store_query(move->from, table->move, binds, &rows)) < 0)
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
	int64_t before, rc;

	if ((rc = cm_store_pruned_before(move->from, &before)) < 0)
		return cm_store_relay(move->to, move->from, (int)rc);
	const struct cm_bind horizon[] = { CM_INT_PARAM("before", before), { 0 } };

	if ((rc = cm_store_run(move->to, "prune-from", horizon)) < 0 || (rc = cm_store_script(move->to, "move-end")) < 0 ||
	    (rc = cm_meta_drop(move->to, "moving")) < 0)
		return (int)rc;
	return cm_meta_set_text(move->to, "moved", move->signs);
}

/* Within one view of the original. */
static int
move_all(struct move *move)
{
	const struct cm_table *table;
	char moved[SIGNS_TEXT];
	int rc;

	if ((rc = read_inventory(move->from, &move->inventory)) < 0 || (rc = read_signs(move->from, &move->inventory)) < 0)
		return cm_store_relay(move->to, move->from, rc);
	snprintf(move->signs, sizeof move->signs, "%" PRId64 " %016" PRIx64, move->inventory.total, move->inventory.hash);
	if ((rc = cm_store_begin(move->to)) < 0)
		return rc;
	rc = cm_meta_text(move->to, "moved", moved, sizeof moved);
	cm_store_end(move->to, false);
	if (rc < 0 || strcmp(moved, move->signs) == 0)
		return rc;
	if ((rc = transact(move, start)) < 0 || (rc = cm_partitions_make_like(move->to, move->from)) < 0)
		return rc;
	for (table = cm_tables; (table = to_move(table)) != NULL; table++)
		if ((rc = move_table(move, table)) < 0)
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
