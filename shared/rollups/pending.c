/* pending: facts that the rollups do not hold yet; see pending.h. */
#include "config.h"

#include "pending.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "array.h"
#include "error.h"

struct memo {
	struct cm_filter filter;	/* its texts are the arena's */
	struct cm_arena arena;
	size_t count;
	size_t room;
	struct cm_pending_fact *facts;
	bool series_known;
	size_t series_count;
	unsigned char *series;
};

static void
free_memo(void *arg)
{
	struct memo *memo = arg;

	if (memo == NULL)
		return;
	cm_arena_done(&memo->arena);
	free(memo->facts);
	free(memo->series);
	free(memo);
}

static const struct cm_memo owner = { .release = free_memo };

static int
add(struct memo *memo, const struct cm_rows *rows)
{
	struct cm_pending_fact *fact;

	if (!CM_ARRAY_GROWS(memo->facts, memo->count, memo->room))
		return CM_ENOMEM;
	fact = &memo->facts[memo->count++];
	snprintf(fact->kind, sizeof fact->kind, "%s", cm_rows_text(rows, 0));
	snprintf(fact->outcome, sizeof fact->outcome, "%s", cm_rows_text(rows, 1));
	fact->at_us = cm_rows_int(rows, 2);
	fact->value_us = cm_rows_int(rows, 3);
	fact->bin = cm_rows_null(rows, 4) ? -1 : (int)cm_rows_int(rows, 4);
	fact->n = (int)cm_rows_int(rows, 5);
	fact->n_transcript = (int)cm_rows_int(rows, 6);
	return 0;
}

static int
read_all(struct cm_store *store, struct memo *memo)
{
	struct cm_piece ever = { 0 };
	struct cm_bind binds[CM_BINDS_MAX];
	struct cm_rows *rows;
	int rc;

	cm_window_binds(&memo->filter, &ever, binds);
	if ((rc = cm_store_query(store, "pending", binds, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0)
		if ((rc = add(memo, rows)) < 0)
			break;
	cm_rows_done(rows);
	return rc;
}

static bool
same_text(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

static bool
same(const struct cm_filter *a, const struct cm_filter *b)
{
	return same_text(a->tenant_id, b->tenant_id) && same_text(a->agent, b->agent) &&
	    same_text(a->agent_version, b->agent_version) && same_text(a->provider, b->provider) &&
	    same_text(a->call_type, b->call_type);
}

/* Copies a filter with its texts: whoever asks may put another word where one of them was. */
static bool
copy_filter(struct memo *memo, const struct cm_filter *filter)
{
	const char *const from[] = { filter->tenant_id, filter->agent, filter->agent_version, filter->provider, filter->call_type };
	const char **const to[] = { &memo->filter.tenant_id, &memo->filter.agent, &memo->filter.agent_version,
		&memo->filter.provider, &memo->filter.call_type };
	size_t i;

	for (i = 0; i < nitems(from); i++)
		if (from[i] != NULL && (*to[i] = cm_arena_copy(&memo->arena, from[i], strlen(from[i]))) == NULL)
			return false;
	return true;
}

static int
read_anew(struct cm_store *store, const struct cm_filter *filter, struct memo **out)
{
	struct memo *memo = calloc(1, sizeof *memo);
	int rc = CM_ENOMEM;

	if (memo == NULL || !copy_filter(memo, filter) || (rc = read_all(store, memo)) < 0) {
		free_memo(memo);
		return rc;
	}
	*out = memo;
	return cm_store_remember(store, &owner, memo);
}

/* What is remembered for a filter, with its pending facts read. */
static int
remember(struct cm_store *store, const struct cm_filter *filter, struct memo **out)
{
	struct memo *memo = cm_store_memo(store, &owner);

	if (memo == NULL || !same(&memo->filter, filter))
		return read_anew(store, filter, out);
	*out = memo;
	return 0;
}

int
cm_pending(struct cm_store *store, const struct cm_filter *filter, const struct cm_pending_fact **facts, size_t *count)
{
	struct memo *memo;
	int rc;

	if ((rc = remember(store, filter, &memo)) < 0)
		return rc;
	*facts = memo->facts;
	*count = memo->count;
	return 0;
}

/* Makes memo->series[id] 1; it is grown to twice what is needed. */
static int
let_through(struct memo *memo, size_t id)
{
	if (id >= memo->series_count) {
		size_t count = 2 * id + 64;
		unsigned char *series = realloc(memo->series, count);

		if (series == NULL)
			return CM_ENOMEM;
		memset(series + memo->series_count, 0, count - memo->series_count);
		memo->series = series;
		memo->series_count = count;
	}
	memo->series[id] = 1;
	return 0;
}

static int
read_series(struct cm_store *store, struct memo *memo)
{
	struct cm_piece ever = { 0 };
	struct cm_bind binds[CM_BINDS_MAX];
	struct cm_rows *rows;
	int rc;

	cm_window_binds(&memo->filter, &ever, binds);
	if ((rc = cm_store_query(store, "series-of", binds, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0)
		if ((rc = let_through(memo, (size_t)cm_rows_int(rows, 0))) < 0)
			break;
	cm_rows_done(rows);
	memo->series_known = rc == 0;
	return rc;
}

int
cm_filter_series(struct cm_store *store, const struct cm_filter *filter, const unsigned char **lets, size_t *count)
{
	struct memo *memo;
	int rc;

	if ((rc = remember(store, filter, &memo)) < 0)
		return rc;
	if (!memo->series_known && (rc = read_series(store, memo)) < 0)
		return rc;
	*lets = memo->series;
	*count = memo->series_count;
	return 0;
}

bool
cm_pending_in(const struct cm_pending_fact *fact, const struct cm_piece *piece)
{
	return fact->at_us >= piece->from && fact->at_us < piece->to;
}
