/* schema_remove: what is taken out of a call database bit by bit: facts that retention removes, and all of ours; see schema.h. */
#include "config.h"

#include "schema_own.h"

#include <string.h>

#include "error.h"
#include "partitions.h"
#include "store.h"

/* What is emptied bit by bit before it is dropped, since dropping a large table takes long. */
static const char *const large_tables[] = {
	"empty-cm_rollup_bin", "empty-cm_rollup", "empty-cm_latency", "empty-cm_call", "empty-cm_transcript",
	"empty-cm_event", "empty-cm_event_kept", "empty-cm_mark", "empty-cm_turn", "empty-cm_cost", "empty-cm_health",
};

struct emptying {
	const char *statement;
	int64_t before_us;		/* of prune- statements */
	int64_t rows;
	int64_t removed;
};

static int
empty_some(struct cm_store *store, void *arg)
{
	struct emptying *emptying = arg;
	const struct cm_bind binds[] = { CM_INT_PARAM("limit", emptying->rows), CM_INT_PARAM("before", emptying->before_us),
		{ 0 } };

	emptying->removed = cm_store_run(store, emptying->statement, binds);
	return emptying->removed < 0 ? (int)emptying->removed : 0;
}

/* Runs a statement that removes some rows until none is left; the rows removed, or an error. */
static int64_t
empty(struct cm_store *store, const char *statement, int64_t before_us, const struct cm_progress *progress)
{
	struct emptying emptying = { .statement = statement, .before_us = before_us, .rows = cm_pace_rows(progress) };
	int64_t started_ms, total = 0;
	int rc;

	do {
		started_ms = cm_pace_now_ms();
		if ((rc = cm_schema_transact(store, empty_some, &emptying)) < 0)
			return rc;
		cm_pace_end(progress, &emptying.rows, cm_pace_now_ms() - started_ms);
		cm_schema_report(progress, strchr(statement, '-') + 1, total += emptying.removed, 0);
	} while (emptying.removed > 0);
	return total;
}

static int
empty_table(struct cm_store *store, const char *statement, const struct cm_progress *progress)
{
	int64_t removed;
	bool there;
	int rc;

	if ((rc = cm_store_begin(store)) < 0)
		return rc;
	rc = cm_schema_exists(store, strchr(statement, '-') + 1, &there);
	cm_store_end(store, false);
	if (rc < 0 || !there)
		return rc;
	removed = empty(store, statement, 0, progress);
	return removed < 0 ? (int)removed : 0;
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
	static const char *const statements[] = {
		"prune-cm_call", "prune-cm_latency", "prune-cm_transcript", "prune-cm_cost", "prune-cm_health", "prune-cm_turn",
		"prune-cm_mark", "prune-cm_event", "prune-cm_event_kept",
	};
	int64_t count, total;
	size_t i;
	int rc;

	if ((rc = cm_schema_transact(store, set_horizon, &before_us)) < 0 || (rc = cm_partitions_drop(store, &total)) < 0)
		return rc;
	for (i = 0; i < nitems(statements); i++) {
		if ((count = empty(store, statements[i], before_us, progress)) < 0)
			return (int)count;
		total += count;
	}
	*removed = total;
	return cm_partitions_make(store, cm_pace_is_exclusive(progress));
}

static int
remove_triggers(struct cm_store *store, void *arg)
{
	(void)arg;
	return cm_store_script(store, "detach-triggers");
}

static int
remove_tables(struct cm_store *store, void *arg)
{
	(void)arg;
	return cm_store_script(store, "detach-tables");
}

int
cm_schema_detach(struct cm_store *store, const struct cm_progress *progress)
{
	char journal_mode[16] = "wal", former[16];
	int64_t version;
	bool calls_there;
	size_t i;
	int rc;

	if ((rc = cm_schema_look(store, &version, &calls_there)) < 0)
		return rc;
	if (version == 0)
		return CM_ENOTFOUND;
	if ((rc = cm_store_begin(store)) < 0)
		return rc;
	rc = cm_store_text(store, "meta-journal-mode", NULL, journal_mode, sizeof journal_mode);
	cm_store_end(store, false);
	if (rc < 0 || (rc = cm_schema_transact(store, remove_triggers, NULL)) < 0)
		return rc;
	for (i = 0; i < nitems(large_tables); i++)
		if ((rc = empty_table(store, large_tables[i], progress)) < 0)
			return rc;
	if ((rc = cm_schema_transact(store, remove_tables, NULL)) < 0)
		return rc;
	/* Needs the database for itself; where somebody has it open it stays in WAL mode, which serves the app as well. */
	cm_store_journal_mode(store, journal_mode, former);
	return 0;
}
