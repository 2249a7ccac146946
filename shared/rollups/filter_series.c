/* filter_series: the series that a filter lets through; see filter_series.h. */
#include "config.h"

#include "filter_series.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "error.h"

struct memo {
	struct cm_filter filter;	/* its texts are the arena's */
	struct cm_arena arena;
	size_t count;
	unsigned char *lets;
};

static void
free_memo(void *arg)
{
	struct memo *memo = arg;

	if (memo == NULL)
		return;
	cm_arena_done(&memo->arena);
	free(memo->lets);
	free(memo);
}

static const struct cm_memo owner = { .release = free_memo };

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

/* Makes memo->lets[id] 1; it is grown to twice what is needed. */
static int
let_through(struct memo *memo, size_t id)
{
	if (id >= memo->count) {
		size_t count = 2 * id + 64;
		unsigned char *lets = realloc(memo->lets, count);

		if (lets == NULL)
			return CM_ENOMEM;
		memset(lets + memo->count, 0, count - memo->count);
		memo->lets = lets;
		memo->count = count;
	}
	memo->lets[id] = 1;
	return 0;
}

static int
read_series(struct cm_store *store, struct memo *memo)
{
	struct cm_bind binds[CM_BINDS_MAX];
	struct cm_rows *rows;
	int rc;

	cm_filter_binds(&memo->filter, binds);
	if ((rc = cm_store_query(store, "series-of", binds, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0)
		if ((rc = let_through(memo, (size_t)cm_rows_int(rows, 0))) < 0)
			break;
	cm_rows_done(rows);
	return rc;
}

static int
read_anew(struct cm_store *store, const struct cm_filter *filter, struct memo **out)
{
	struct memo *memo = calloc(1, sizeof *memo);
	int rc = CM_ENOMEM;

	if (memo == NULL || !copy_filter(memo, filter) || (rc = read_series(store, memo)) < 0) {
		free_memo(memo);
		return rc;
	}
	*out = memo;
	return cm_store_remember(store, &owner, memo);
}

int
cm_filter_series(struct cm_store *store, const struct cm_filter *filter, const unsigned char **lets, size_t *count)
{
	struct memo *memo = cm_store_memo(store, &owner);
	int rc;

	if ((memo == NULL || !same(&memo->filter, filter)) && (rc = read_anew(store, filter, &memo)) < 0)
		return rc;
	*lets = memo->lets;
	*count = memo->count;
	return 0;
}
