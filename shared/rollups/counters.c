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
	struct cm_counts more;
	struct cm_counts moved;	/* more, or less, after those */
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
add(struct cm_counts *to, const struct cm_counts *more, int by)
{
	to->n += by * more->n;
	to->n_value += by * more->n_value;
	to->sum_us += by * more->sum_us;
}

/* A counter, made where there is none; NULL for want of memory. */
static struct counter *
counter_of(struct cm_counters *counters, int64_t series_id, const char *kind, const char *outcome)
{
	const struct counter key = { .series_id = series_id, .kind = kind, .outcome = outcome };
	uint64_t hash = cm_hash_text(cm_hash_text(CM_HASH ^ (uint64_t)series_id, kind), outcome);
	struct counter *counter = cm_map_find(&counters->counted, hash, is_counter, &key);

	if (counter != NULL || (counter = cm_arena_take(&counters->arena, sizeof *counter)) == NULL)
		return counter;
	*counter = key;
	if ((counter->kind = cm_arena_copy(&counters->arena, kind, strlen(kind))) == NULL ||
	    (counter->outcome = cm_arena_copy(&counters->arena, outcome, strlen(outcome))) == NULL ||
	    cm_map_add(&counters->counted, hash, counter) < 0)
		return NULL;
	return counter;
}

int
cm_counters_note(struct cm_counters *counters, int64_t series_id, const char *kind, const char *outcome, const struct cm_counts *more)
{
	struct counter *counter = counter_of(counters, series_id, kind, outcome);

	if (counter == NULL)
		return CM_ENOMEM;
	add(&counter->more, more, 1);
	return 0;
}

int
cm_counters_move(struct cm_counters *counters, int64_t series_id, const char *kind, const char *outcome,
    const struct cm_counts *counts, int by)
{
	struct counter *counter = counter_of(counters, series_id, kind, outcome);

	if (counter == NULL)
		return CM_ENOMEM;
	add(&counter->moved, counts, by);
	return 0;
}

bool
cm_counters_tell(const struct cm_scope *scope)
{
	return strcmp(scope->name, "all") == 0 || strcmp(scope->name, "tenant") == 0;
}

/* Whether a counter of a fact's own labels is one of a marginal of those, too. */
static bool
counts_into(const struct counter *counter, const struct cm_scope *scope)
{
	return cm_counters_tell(scope) || strcmp(counter->kind, "call") != 0 || strcmp(counter->outcome, CM_COUNTED_TOLD) != 0;
}

/* Each counter of the series that each counts into, in the order of their keys; how many. */
static size_t
spread(struct counter *const *noted, size_t count, const struct cm_marginal_book *book, struct counter *all)
{
	size_t i, k, n = 0, kept = 0;

	for (i = 0; i < count; i++) {
		const struct cm_marginals *marginals = cm_marginals_of(book, noted[i]->series_id);

		for (k = 0; k < marginals->count; k++) {
			if (!counts_into(noted[i], marginals->into[k].scope))
				continue;
			all[n] = *noted[i];
			all[n++].series_id = marginals->into[k].into_id;
		}
	}
	qsort(all, n, sizeof *all, by_key);
	for (i = 0; i < n; i++) {
		if (kept > 0 && by_key(&all[kept - 1], &all[i]) == 0) {
			add(&all[kept - 1].more, &all[i].more, 1);
			add(&all[kept - 1].moved, &all[i].moved, 1);
		} else {
			all[kept++] = all[i];
		}
	}
	return kept;
}

/* What moved comes after what was counted: that was seen by whoever asked, and may not be taken back before it was there. */
static int64_t
counted(int64_t more, int64_t moved)
{
	return more + (moved > 0 ? moved : 0);
}

static int64_t
owed(int64_t moved)
{
	return moved < 0 ? -moved : 0;
}

static bool
is_nothing(const struct cm_counts *counts)
{
	return counts->n == 0 && counts->n_value == 0 && counts->sum_us == 0;
}

static int
write_all(struct cm_store *store, const struct counter *all, size_t count)
{
	struct cm_row_batch batch = { .statement = "counter-add" };
	size_t i;
	int rc = 0;

	for (i = 0; i < count && rc == 0; i++) {
		const struct cm_counts *more = &all[i].more, *moved = &all[i].moved;
		const struct cm_bind binds[] = {
			CM_INT_PARAM("series_id", all[i].series_id), CM_TEXT_PARAM("kind", all[i].kind),
			CM_TEXT_PARAM("outcome", all[i].outcome), CM_INT_PARAM("n", counted(more->n, moved->n)),
			CM_INT_PARAM("n_owed", owed(moved->n)), CM_INT_PARAM("n_value", counted(more->n_value, moved->n_value)),
			CM_INT_PARAM("n_value_owed", owed(moved->n_value)), CM_INT_PARAM("sum_us", counted(more->sum_us, moved->sum_us)),
			CM_INT_PARAM("sum_us_owed", owed(moved->sum_us)), { 0 },
		};

		if (!is_nothing(more) || !is_nothing(moved))
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
