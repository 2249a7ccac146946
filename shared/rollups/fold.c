/* fold: steps on their way into the rollups; see fold.h. */
#include "config.h"

#include "fold.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "bins.h"
#include "error.h"
#include "kinds.h"
#include "row_batch.h"
#include "window.h"

enum {
	FEW = 96,		/* steps that are cheaper to leave pending than to fold */
	CHUNK = 4096,		/* steps that are folded at a time: it bounds the memory */
	SCOPES_MOST = 4,
	ROWS_EACH = SCOPES_MOST * CM_RUNGS_MAX * 2,
	COARSE = -1,
};

/* What is added to one bin of a bucket. */
struct row {
	int64_t series_id;
	int64_t slot;
	int64_t n;
	int64_t sum_us;
};

/* The series that one series counts into. */
struct marginals {
	int64_t series_id;
	size_t count;
	struct {
		int64_t into_id;
		const struct cm_scope *scope;
	} into[SCOPES_MOST];
};

int
cm_fold_note(struct cm_fold *fold, const struct cm_fold_step *step)
{
	if (!CM_ARRAY_GROWS(fold->steps, fold->count, fold->room))
		return CM_ENOMEM;
	fold->steps[fold->count++] = *step;
	return 0;
}

static int
leave_pending(struct cm_store *store, const struct cm_fold_step *step, struct cm_row_batch *batch)
{
	const struct cm_bind binds[] = {
		CM_INT_PARAM("series_id", step->series_id), CM_TEXT_PARAM("kind", cm_kinds[step->kind].name),
		CM_INT_PARAM("at", step->at),
		CM_INT_PARAM("value_us", step->value_us), CM_INT_PARAM("bin", step->bin), { 0 },
	};

	return cm_row_batch_put(store, batch, binds);
}

static int
add_marginal(struct cm_store *store, struct marginals *marginals, const struct cm_rows *rows, int column)
{
	const struct cm_scope *scope = cm_scope_named(cm_rows_text(rows, column + 1));

	if (scope == NULL || marginals->count == SCOPES_MOST)
		return cm_store_fail(store, CM_ESTORE, "Facts count into rollups that this program does not know; install a newer one.");
	marginals->into[marginals->count].into_id = cm_rows_int(rows, column);
	marginals->into[marginals->count++].scope = scope;
	return 0;
}

static int
read_marginals(struct cm_store *store, struct marginals *marginals)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("series_id", marginals->series_id), { 0 } };
	struct cm_rows *rows;
	int rc, added = 0;

	if ((rc = cm_store_query(store, "marginal-of", binds, &rows)) < 0)
		return rc;
	while (added == 0 && (rc = cm_rows_next(rows)) > 0)
		added = add_marginal(store, marginals, rows, 0);
	cm_rows_done(rows);
	return added < 0 ? added : rc;
}

static int
by_id(const void *one, const void *other)
{
	const struct marginals *a = one, *b = other;

	return (a->series_id > b->series_id) - (a->series_id < b->series_id);
}

/* The same for all series at once. */
static int
read_together(struct cm_store *store, struct marginals *all, size_t count)
{
	struct cm_bind *binds = malloc(count * sizeof *binds);
	struct marginals key = { 0 }, *found;
	struct cm_rows *rows = NULL;
	size_t i;
	int rc, added = 0;

	if (binds == NULL)
		return CM_ENOMEM;
	for (i = 0; i < count; i++)
		binds[i] = (struct cm_bind)CM_INT_PARAM("series_id", all[i].series_id);
	if ((rc = cm_store_query_many(store, "marginals-known", NULL, binds, 1, count, &rows)) == 0)
		while (added == 0 && (rc = cm_rows_next(rows)) > 0) {
			key.series_id = cm_rows_int(rows, 0);
			if ((found = bsearch(&key, all, count, sizeof *all, by_id)) != NULL)
				added = add_marginal(store, found, rows, 1);
		}
	cm_rows_done(rows);
	free(binds);
	return added < 0 ? added : rc;
}

/* What the series of some steps, which are in the series' order, count into: allocated, a place for each series in that order. */
static int
find_marginals(struct cm_store *store, const struct cm_fold_step *steps, size_t count, struct marginals **out)
{
	struct marginals *all = malloc(count * sizeof *all);
	size_t i, series = 0;
	int rc = 0;

	if (all == NULL)
		return CM_ENOMEM;
	for (i = 0; i < count; i++)
		if (i == 0 || steps[i].series_id != steps[i - 1].series_id)
			all[series++] = (struct marginals){ .series_id = steps[i].series_id };
	if (cm_store_is_remote(store))
		rc = read_together(store, all, series);
	else
		for (i = 0; i < series && rc == 0; i++)
			rc = read_marginals(store, &all[i]);
	if (rc < 0)
		free(all);
	else
		*out = all;
	return rc;
}

static struct row
make_row(const struct cm_fold_step *step, int64_t series_id, int resolution_s, int parent, int bin)
{
	const struct cm_slot slot = {
		.kind = step->kind, .resolution_s = resolution_s, .parent = parent,
		.bucket_s = cm_time_floor(step->at, resolution_s * CM_SECOND_US) / CM_SECOND_US, .bin = bin,
	};

	return (struct row){ .series_id = series_id, .slot = cm_slot_pack(&slot), .n = 1, .sum_us = step->value_us };
}

static const char *
kind_of(const struct cm_slot *slot)
{
	return cm_kinds[slot->kind].name;
}

/* The coarse and the fine bin of a step, for each series and width of buckets that it counts into. */
static size_t
add_rows(struct row *rows, const struct marginals *marginals, const struct cm_fold_step *step)
{
	int coarse = step->bin / CM_FINE_PER_COARSE, rung;
	size_t i, count = 0;

	for (i = 0; i < marginals->count; i++) {
		const struct cm_scope *scope = marginals->into[i].scope;

		for (rung = 0; rung < CM_RUNGS_MAX && scope->ladder_s[rung] != 0; rung++) {
			rows[count++] = make_row(step, marginals->into[i].into_id, scope->ladder_s[rung], COARSE, coarse);
			rows[count++] = make_row(step, marginals->into[i].into_id, scope->ladder_s[rung], coarse, step->bin);
		}
	}
	return count;
}

static int
by_key(const void *one, const void *other)
{
	const struct row *a = one, *b = other;

	if (a->series_id != b->series_id)
		return a->series_id < b->series_id ? -1 : 1;
	return (a->slot > b->slot) - (a->slot < b->slot);
}

/* Sorts rows and adds up those of the same key; how many are left. */
static size_t
merge(struct row *rows, size_t count)
{
	size_t i, kept = 0;

	qsort(rows, count, sizeof *rows, by_key);
	for (i = 0; i < count; i++) {
		if (kept > 0 && by_key(&rows[kept - 1], &rows[i]) == 0) {
			rows[kept - 1].n += rows[i].n;
			rows[kept - 1].sum_us += rows[i].sum_us;
		} else {
			rows[kept++] = rows[i];
		}
	}
	return kept;
}

static int
store_rows(struct cm_store *store, const struct row *rows, size_t count)
{
	struct cm_row_batch batch = { .statement = "rollup-bin-add" };
	size_t i;
	int rc = 0;

	for (i = 0; i < count && rc == 0; i++) {
		const struct row *row = &rows[i];
		const struct cm_slot slot = cm_slot_unpack(row->slot);
		const struct cm_bind binds[] = {
			CM_INT_PARAM("series_id", row->series_id), CM_TEXT_PARAM("kind", kind_of(&slot)),
			CM_INT_PARAM("resolution", slot.resolution_s), CM_INT_PARAM("parent", slot.parent),
			CM_INT_PARAM("bucket", slot.bucket_s), CM_INT_PARAM("bin", slot.bin), CM_INT_PARAM("slot", row->slot),
			CM_INT_PARAM("n", row->n), CM_INT_PARAM("sum_us", row->sum_us), { 0 },
		};

		rc = cm_row_batch_put(store, &batch, binds);
	}
	if (rc == 0)
		rc = cm_row_batch_write(store, &batch);
	cm_row_batch_done(&batch);
	return rc;
}

/* Keeps what counters count: all that the widest buckets do, whatever the bucket and the bin. */
static size_t
keep_counted(struct row *rows, size_t count)
{
	size_t i, kept = 0;

	for (i = 0; i < count; i++) {
		struct cm_slot slot = cm_slot_unpack(rows[i].slot);

		if (slot.resolution_s != CM_DAY_S || slot.parent != COARSE)
			continue;
		slot.bucket_s = slot.bin = 0;
		rows[kept] = rows[i];
		rows[kept++].slot = cm_slot_pack(&slot);
	}
	return merge(rows, kept);
}

static int
store_counters(struct cm_store *store, struct row *rows, size_t count)
{
	struct cm_row_batch batch = { .statement = "counter-add" };
	size_t i, kept = keep_counted(rows, count);
	int rc = 0;

	for (i = 0; i < kept && rc == 0; i++) {
		const struct cm_slot slot = cm_slot_unpack(rows[i].slot);
		const struct cm_bind binds[] = {
			CM_INT_PARAM("series_id", rows[i].series_id), CM_TEXT_PARAM("kind", kind_of(&slot)),
			CM_INT_PARAM("n", rows[i].n), CM_INT_PARAM("sum_us", rows[i].sum_us), { 0 },
		};

		rc = cm_row_batch_put(store, &batch, binds);
	}
	if (rc == 0)
		rc = cm_row_batch_write(store, &batch);
	cm_row_batch_done(&batch);
	return rc;
}

static int
by_series(const void *one, const void *other)
{
	const struct cm_fold_step *a = one, *b = other;

	return (a->series_id > b->series_id) - (a->series_id < b->series_id);
}

static int
fold_chunk(struct cm_store *store, struct cm_fold_step *steps, size_t count, struct row *rows)
{
	struct marginals *all, *marginals;
	size_t i, row_count = 0;
	int rc;

	qsort(steps, count, sizeof *steps, by_series);
	if ((rc = find_marginals(store, steps, count, &all)) < 0)
		return rc;
	for (i = 0, marginals = all; i < count; i++) {
		if (steps[i].series_id != marginals->series_id)
			marginals++;
		row_count += add_rows(rows + row_count, marginals, &steps[i]);
	}
	free(all);
	row_count = merge(rows, row_count);
	if ((rc = store_rows(store, rows, row_count)) < 0)
		return rc;
	return store_counters(store, rows, row_count);
}

static int
fold_many(struct cm_store *store, struct cm_fold *fold)
{
	size_t chunk = fold->count < CHUNK ? fold->count : CHUNK, at;
	struct row *rows = malloc(chunk * ROWS_EACH * sizeof *rows);
	int rc = rows != NULL ? 0 : CM_ENOMEM;

	for (at = 0; at < fold->count && rc == 0; at += chunk)
		rc = fold_chunk(store, fold->steps + at, fold->count - at < chunk ? fold->count - at : chunk, rows);
	free(rows);
	return rc;
}

static int
leave_all(struct cm_store *store, const struct cm_fold *fold)
{
	struct cm_row_batch batch = { .statement = "pending-add" };
	size_t i;
	int rc = 0;

	for (i = 0; i < fold->count && rc == 0; i++)
		rc = leave_pending(store, &fold->steps[i], &batch);
	if (rc == 0)
		rc = cm_row_batch_write(store, &batch);
	cm_row_batch_done(&batch);
	return rc;
}

int
cm_fold_all(struct cm_store *store, struct cm_fold *fold)
{
	int rc = fold->count > FEW ? fold_many(store, fold) : leave_all(store, fold);

	fold->count = 0;
	return rc;
}

void
cm_fold_done(struct cm_fold *fold)
{
	free(fold->steps);
	*fold = (struct cm_fold){ 0 };
}
