/* counters: what is added to the counters of all time; see counters.h. */
#include "config.h"

#include "counters.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "row_batch.h"

struct counter {
	int64_t series_id;
	const char *kind;
	const char *outcome;
	struct cm_counted counted;
};

static int
by_key(const void *one, const void *other)
{
	const struct counter *a = one, *b = other;
	int order;

	if (a->series_id != b->series_id)
		return a->series_id < b->series_id ? -1 : 1;
	return (order = strcmp(a->kind, b->kind)) != 0 ? order : strcmp(a->outcome, b->outcome);
}

static bool
is_counter(const void *thing, const void *key)
{
	return by_key(thing, key) == 0;
}

static void
add(struct cm_counted *to, const struct cm_counted *more)
{
	to->n_seen += more->n_seen;
	to->n_reached += more->n_reached;
	to->n_value += more->n_value;
	to->sum_us += more->sum_us;
}

int
cm_counters_note(struct cm_counters *counters, int64_t series_id, const char *kind, const char *outcome, const struct cm_counted *more)
{
	const struct counter key = { .series_id = series_id, .kind = kind, .outcome = outcome };
	uint64_t hash = cm_hash_text(cm_hash_text(CM_HASH ^ (uint64_t)series_id, kind), outcome);
	struct counter *counter = cm_map_find(&counters->counted, hash, is_counter, &key);

	if (counter == NULL) {
		if ((counter = cm_arena_take(&counters->arena, sizeof *counter)) == NULL)
			return CM_ENOMEM;
		*counter = key;
		if ((counter->kind = cm_arena_copy(&counters->arena, kind, strlen(kind))) == NULL ||
		    (counter->outcome = cm_arena_copy(&counters->arena, outcome, strlen(outcome))) == NULL ||
		    cm_map_add(&counters->counted, hash, counter) < 0)
			return CM_ENOMEM;
	}
	add(&counter->counted, more);
	return 0;
}

/* Each counter of the series that each counts into, in the order of their keys; how many. */
static size_t
spread(struct counter *const *noted, size_t count, const struct cm_marginal_book *book, struct counter *all)
{
	size_t i, k, n = 0, kept = 0;

	for (i = 0; i < count; i++) {
		const struct cm_marginals *marginals = cm_marginals_of(book, noted[i]->series_id);

		for (k = 0; k < marginals->count; k++) {
			all[n] = *noted[i];
			all[n++].series_id = marginals->into[k].into_id;
		}
	}
	qsort(all, n, sizeof *all, by_key);
	for (i = 0; i < n; i++) {
		if (kept > 0 && by_key(&all[kept - 1], &all[i]) == 0)
			add(&all[kept - 1].counted, &all[i].counted);
		else
			all[kept++] = all[i];
	}
	return kept;
}

static int
write_all(struct cm_store *store, const struct counter *all, size_t count)
{
	struct cm_row_batch batch = { .statement = "counter-add" };
	size_t i;
	int rc = 0;

	for (i = 0; i < count && rc == 0; i++) {
		const struct cm_counted *counted = &all[i].counted;
		const struct cm_bind binds[] = {
			CM_INT_PARAM("series_id", all[i].series_id), CM_TEXT_PARAM("kind", all[i].kind),
			CM_TEXT_PARAM("outcome", all[i].outcome), CM_INT_PARAM("n_seen", counted->n_seen),
			CM_INT_PARAM("n_reached", counted->n_reached), CM_INT_PARAM("n_value", counted->n_value),
			CM_INT_PARAM("sum_us", counted->sum_us), { 0 },
		};

		rc = cm_row_batch_put(store, &batch, binds);
	}
	if (rc == 0)
		rc = cm_row_batch_write(store, &batch);
	cm_row_batch_done(&batch);
	return rc;
}

static int
by_place(const void *one, const void *other)
{
	return by_key(*(const struct counter *const *)one, *(const struct counter *const *)other);
}

static int
read_marginals(struct cm_store *store, struct cm_marginal_book *book, struct counter *const *noted, size_t count)
{
	size_t i;
	int64_t *series_ids = malloc(count * sizeof *series_ids);
	int rc;

	if (series_ids == NULL)
		return CM_ENOMEM;
	for (i = 0; i < count; i++)
		series_ids[i] = noted[i]->series_id;
	rc = cm_marginals_read(store, book, series_ids, count);
	free(series_ids);
	return rc;
}

int
cm_counters_write(struct cm_store *store, struct cm_counters *counters, struct cm_marginal_book *book)
{
	size_t count = counters->counted.count;
	struct counter **noted, *all;
	int rc = CM_ENOMEM;

	if (count == 0)
		return 0;
	noted = (struct counter **)cm_map_sorted(&counters->counted, by_place);
	all = malloc(count * CM_MARGINALS_MOST * sizeof *all);
	if (noted != NULL && all != NULL && (rc = read_marginals(store, book, noted, count)) == 0)
		rc = write_all(store, all, spread(noted, count, book, all));
	free(noted);
	free(all);
	cm_map_clear(&counters->counted);
	cm_arena_clear(&counters->arena);
	return rc;
}

void
cm_counters_done(struct cm_counters *counters)
{
	cm_map_done(&counters->counted);
	cm_arena_done(&counters->arena);
}
