/* schema_remove: what is taken out of a call database bit by bit: facts that retention removes, and all of ours; see schema.h. */
#include "config.h"

#include "schema.h"

#include <string.h>

#include "error.h"
#include "partitions.h"
#include "row_batch.h"
#include "store.h"
#include "tables.h"

struct emptying {
	const char *statement;
	int64_t before_us;		/* of prune- statements */
	int64_t rows;
	int64_t removed;
};

/* Calls go together with what is known of their events; how many. */
static int64_t
forget_calls(struct cm_store *store, const struct cm_bind *binds)
{
	struct cm_row_batch gone = { 0 };
	struct cm_rows *rows;
	int64_t rc;

	if ((rc = cm_store_query(store, "prune-cm_call", binds, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0) {
		const struct cm_bind call[] = { CM_INT_PARAM("call_no", cm_rows_int(rows, 0)), { 0 } };

		if ((rc = cm_row_batch_add(&gone, call)) < 0)
			break;
	}
	cm_rows_done(rows);
	if (rc == 0 && (rc = cm_store_run_many(store, "call-join-cm_call_event", gone.binds, gone.width, gone.count)) >= 0)
		rc = cm_store_run_many(store, "call-join-call", gone.binds, gone.width, gone.count);
	cm_row_batch_done(&gone);
	return rc;
}

static int
empty_some(struct cm_store *store, void *arg)
{
	struct emptying *emptying = arg;
	const struct cm_bind binds[] = { CM_INT_PARAM("limit", emptying->rows), CM_INT_PARAM("before", emptying->before_us),
		{ 0 } };

	if (strcmp(emptying->statement, "prune-cm_call") == 0)
		emptying->removed = forget_calls(store, binds);
	else
		emptying->removed = cm_store_run(store, emptying->statement, binds);
	return emptying->removed < 0 ? (int)emptying->removed : 0;
}

/* Runs a statement that removes some rows of a table until none is left; the rows removed, or an error. */
static int64_t
empty(struct cm_store *store, const char *table, const char *statement, int64_t before_us, const struct cm_progress *progress)
{
	struct emptying emptying = { .statement = statement, .before_us = before_us, .rows = cm_pace_rows(progress) };
	int64_t started_ms, total = 0;
	int rc;

	do {
		started_ms = cm_pace_now_ms();
		if ((rc = cm_schema_transact(store, empty_some, &emptying)) < 0)
			return rc;
		cm_pace_end(progress, &emptying.rows, cm_pace_now_ms() - started_ms);
		cm_schema_report(progress, table, total += emptying.removed, 0);
	} while (emptying.removed > 0);
	return total;
}

static int
set_horizon(struct cm_store *store, void *arg)
{
	const int64_t *before_us = arg;
	const struct cm_bind binds[] = { CM_INT_PARAM("before", *before_us), { 0 } };
	int64_t rc = cm_store_run(store, "prune-from", binds);

	return rc < 0 ? (int)rc : 0;
}

int
cm_schema_prune(struct cm_store *store, int64_t before_us, const struct cm_progress *progress, int64_t *removed)
{
	const struct cm_table *table;
	int64_t count, total;
	int rc;

	if ((rc = cm_schema_transact(store, set_horizon, &before_us)) < 0 || (rc = cm_partitions_drop(store, &total)) < 0)
		return rc;
	/* Facts before their calls: those come first, by the alphabet. */
	for (table = cm_tables; table->name != NULL; table++)
		continue;
	while (table-- > cm_tables) {
		count = table->prune == NULL ? 0 : empty(store, table->name, table->prune, before_us, progress);
		if (count < 0)
			return (int)count;
		total += count;
	}
	*removed = total;
	return cm_partitions_make(store, cm_pace_is_exclusive(progress));
}
