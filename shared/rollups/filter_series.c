/* filter_series: the series that a filter reads and lets through; see filter_series.h. */
#include "config.h"

#include "filter_series.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "array.h"
#include "error.h"
#include "settings.h"

struct cm_filter_series {
	struct cm_store *store;
	struct cm_filter filter;	/* its texts are the arena's */
	struct cm_arena arena;
	bool is_read;
	int64_t *ids;
	size_t count;
	size_t room;
	unsigned char *lets;		/* of series n: what is known of it */
	size_t lets_count;
};

enum { UNKNOWN, LETS, LETS_NOT };

/* So many combinations a filter may read. */
static int64_t
most(void)
{
	return cm_setting_int("CALLMETRICS_COMBINATIONS_MOST", 20000, 1, 1000000);
}

static void
free_series(void *arg)
{
	struct cm_filter_series *series = arg;

	if (series == NULL)
		return;
	cm_arena_done(&series->arena);
	free(series->ids);
	free(series->lets);
	free(series);
}

static const struct cm_memo owner = { .release = free_series };

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
copy_filter(struct cm_filter_series *series, const struct cm_filter *filter)
{
	const char *const from[] = { filter->tenant_id, filter->agent, filter->agent_version, filter->provider, filter->call_type };
	const char **const to[] = { &series->filter.tenant_id, &series->filter.agent, &series->filter.agent_version,
		&series->filter.provider, &series->filter.call_type };
	size_t i;

	for (i = 0; i < nitems(from); i++)
		if (from[i] != NULL && (*to[i] = cm_arena_copy(&series->arena, from[i], strlen(from[i]))) == NULL)
			return false;
	return true;
}

static int
read_anew(struct cm_store *store, const struct cm_filter *filter, struct cm_filter_series **out)
{
	struct cm_filter_series *series = calloc(1, sizeof *series);

	if (series == NULL || !copy_filter(series, filter)) {
		free_series(series);
		return CM_ENOMEM;
	}
	series->store = store;
	*out = series;
	return cm_store_remember(store, &owner, series);
}

int
cm_filter_series(struct cm_store *store, const struct cm_filter *filter, struct cm_filter_series **out)
{
	struct cm_filter_series *series = cm_store_memo(store, &owner);
	int rc;

	if ((series == NULL || !same(&series->filter, filter)) && (rc = read_anew(store, filter, &series)) < 0)
		return rc;
	*out = series;
	return 0;
}

static const char *
text_of(const char *label)
{
	return label != NULL ? label : "";
}

/* The one series of a scope all of whose labels are given; or none. */
static int
open_one(struct cm_filter_series *series, struct cm_rows **rows)
{
	const struct cm_filter *filter = &series->filter;
	const struct cm_bind binds[] = {
		CM_TEXT_PARAM("scope", cm_filter_scope(filter)->name), CM_TEXT_PARAM("tenant_id", text_of(filter->tenant_id)),
		CM_TEXT_PARAM("agent", text_of(filter->agent)), CM_TEXT_PARAM("agent_version", text_of(filter->agent_version)),
		CM_TEXT_PARAM("provider", text_of(filter->provider)), CM_TEXT_PARAM("call_type", text_of(filter->call_type)), { 0 },
	};

	return cm_store_query(series->store, "series-get", binds, rows);
}

static int
open_some(struct cm_filter_series *series, struct cm_rows **rows)
{
	struct cm_bind binds[CM_BINDS_MAX];
	size_t n = cm_filter_binds(&series->filter, binds);

	binds[n++] = (struct cm_bind)CM_INT_PARAM("limit", most() + 1);
	binds[n] = (struct cm_bind){ 0 };
	return cm_store_query(series->store, "series-of", binds, rows);
}

static int
refuse(struct cm_filter_series *series)
{
	char problem[200];

	snprintf(problem, sizeof problem, "These labels together take in more than %lld combinations of labels; ask for one of them "
	    "alone, for an agent, or for a tenant.", (long long)most());
	return cm_store_fail(series->store, CM_EPARAM, problem);
}

/* Whether it reads one series. */
static bool
is_one(const struct cm_filter *filter)
{
	return cm_filter_scope(filter)->labels == cm_filter_labels(filter);
}

static int
read_ids(struct cm_filter_series *series)
{
	size_t limit = (size_t)most();
	struct cm_rows *rows;
	int rc;

	if ((rc = is_one(&series->filter) ? open_one(series, &rows) : open_some(series, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0) {
		rc = series->count == limit ? refuse(series) :
		    CM_ARRAY_GROWS(series->ids, series->count, series->room) ? 0 : CM_ENOMEM;
		if (rc < 0)
			break;
		series->ids[series->count++] = cm_rows_int(rows, 0);
	}
	cm_rows_done(rows);
	return rc;
}

int
cm_filter_series_ids(struct cm_filter_series *series, const int64_t **ids, size_t *count)
{
	int rc;

	if (!series->is_read) {
		series->count = 0;
		if ((rc = read_ids(series)) < 0)
			return rc;
		series->is_read = true;
	}
	*ids = series->ids;
	*count = series->count;
	return 0;
}

int
cm_filter_one(struct cm_store *store, const struct cm_filter *filter, struct cm_bind *out)
{
	struct cm_filter_series *series;
	const int64_t *ids;
	size_t count;
	int rc;

	*out = (struct cm_bind){ .name = "one", .type = CM_BIND_NO_INT };
	/* What is explained to a tenant tells no number, which grows with what others have. */
	if (!is_one(filter) || (cm_filter_labels(filter) & CM_LABEL_TENANT) != 0)
		return 0;
	if ((rc = cm_filter_series(store, filter, &series)) < 0 || (rc = cm_filter_series_ids(series, &ids, &count)) < 0)
		return rc;
	*out = (struct cm_bind)CM_INT_PARAM("one", count > 0 ? ids[0] : 0);
	return 0;
}

int
cm_filter_sieve(struct cm_store *store, const struct cm_filter *filter, struct cm_filter_series **out)
{
	unsigned labels = cm_filter_labels(filter);

	*out = NULL;
	if (labels == 0 || (labels & CM_LABEL_TENANT) != 0 || cm_store_is_remote(store))
		return 0;
	return cm_filter_series(store, filter, out);
}

/* A label is the one that is asked for, or all are. */
static bool
lets_label(const char *asked, const struct cm_rows *rows, int column)
{
	return asked == NULL || *asked == '\0' || strcmp(asked, cm_rows_text(rows, column)) == 0;
}

/* Looks at the labels of a series. */
static int
look(const struct cm_filter_series *series, int64_t series_id)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("series_id", series_id), { 0 } };
	const struct cm_filter *filter = &series->filter;
	struct cm_rows *rows;
	int rc;

	if ((rc = cm_store_query(series->store, "labels-of", binds, &rows)) < 0)
		return rc;
	if ((rc = cm_rows_next(rows)) > 0)
		rc = lets_label(filter->tenant_id, rows, 0) && lets_label(filter->agent, rows, 1) &&
		    lets_label(filter->provider, rows, 2) && lets_label(filter->agent_version, rows, 3) &&
		    lets_label(filter->call_type, rows, 4);
	cm_rows_done(rows);
	return rc;
}

/* Room for what is known of a series, twice what is needed. */
static int
make_room(struct cm_filter_series *series, size_t id)
{
	size_t count = 2 * id + 64;
	unsigned char *lets = realloc(series->lets, count);

	if (lets == NULL)
		return CM_ENOMEM;
	memset(lets + series->lets_count, UNKNOWN, count - series->lets_count);
	series->lets = lets;
	series->lets_count = count;
	return 0;
}

int
cm_filter_series_lets(struct cm_filter_series *series, int64_t series_id)
{
	size_t id = (size_t)series_id;
	int rc;

	if (id >= series->lets_count && (rc = make_room(series, id)) < 0)
		return rc;
	if (series->lets[id] == UNKNOWN) {
		if ((rc = look(series, series_id)) < 0)
			return rc;
		series->lets[id] = rc > 0 ? LETS : LETS_NOT;
	}
	return series->lets[id] == LETS;
}
