/* deltas: what facts add to packs and take from them; see deltas.h. */
#include "config.h"

#include "deltas.h"

#include <stdlib.h>

#include "array.h"
#include "error.h"
#include "kinds.h"

enum { FULL = 1 << 15, PACKS_EACH = CM_MARGINALS_MOST * CM_RUNGS_MAX };

static int
note(struct cm_deltas *deltas, const struct cm_noted *noted)
{
	if (noted->sum.n == 0 && noted->sum.sum == 0)
		return 0;
	if (!CM_ARRAY_GROWS(deltas->noted, deltas->count, deltas->room))
		return CM_ENOMEM;
	deltas->noted[deltas->count++] = *noted;
	return 0;
}

int
cm_deltas_value(struct cm_deltas *deltas, int64_t series_id, int kind, cm_us at, int64_t value_us, int n)
{
	const struct cm_noted noted = { series_id, at, CM_PACK_KINDS + kind, { cm_bin_of(value_us), n, n * value_us } };

	return note(deltas, &noted);
}

int
cm_deltas_call(struct cm_deltas *deltas, const struct cm_counted_call *call, int n)
{
	bool timed = call->timed_us >= 0;
	int first = CM_OUTCOME_BINS * cm_outcome_number(&call->outcome), bin, rc = 0;
	const struct cm_bin_sum sums[CM_OUTCOME_BINS] = {
		[CM_OUTCOME_CALLS] = { .n = n }, [CM_OUTCOME_TRANSCRIPTS] = { .n = call->has_transcript ? n : 0 },
		[CM_OUTCOME_TIMED] = { .n = timed ? n : 0, .sum = timed ? n * call->timed_us : 0 },
	};

	for (bin = 0; bin < CM_OUTCOME_BINS && rc == 0; bin++) {
		struct cm_noted noted = { call->series_id, call->started, CM_PACK_COUNTS, sums[bin] };

		noted.sum.bin = first + bin;
		rc = note(deltas, &noted);
	}
	if (rc == 0 && timed)
		rc = cm_deltas_value(deltas, call->series_id, CM_KIND_CALL, call->started, call->timed_us, n);
	return rc;
}

bool
cm_deltas_are_full(const struct cm_deltas *deltas)
{
	return deltas->count >= FULL;
}

static int
by_series(const void *one, const void *other)
{
	const struct cm_noted *a = one, *b = other;

	return (a->series_id > b->series_id) - (a->series_id < b->series_id);
}

static int
by_bin(const void *one, const void *other)
{
	const struct cm_delta *a = one, *b = other;

	if (a->pack_id != b->pack_id)
		return a->pack_id < b->pack_id ? -1 : 1;
	return (a->sum.bin > b->sum.bin) - (a->sum.bin < b->sum.bin);
}

size_t
cm_deltas_merge(struct cm_delta *changes, size_t count)
{
	size_t i, kept = 0;

	if (count > 0)
		qsort(changes, count, sizeof *changes, by_bin);
	for (i = 0; i < count; i++) {
		if (kept > 0 && by_bin(&changes[kept - 1], &changes[i]) == 0) {
			changes[kept - 1].sum.n += changes[i].sum.n;
			changes[kept - 1].sum.sum += changes[i].sum.sum;
			continue;
		}
		kept -= kept > 0 && changes[kept - 1].sum.n == 0 && changes[kept - 1].sum.sum == 0;
		changes[kept++] = changes[i];
	}
	return kept - (kept > 0 && changes[kept - 1].sum.n == 0 && changes[kept - 1].sum.sum == 0);
}

/* What is noted counts into a pack of each width of each series that its own counts into. */
static int
spread(const struct cm_noted *noted, const struct cm_marginals *marginals, struct cm_delta *changes)
{
	int rung, n = 0;
	size_t i;

	for (i = 0; i < marginals->count; i++) {
		const struct cm_scope *scope = marginals->into[i].scope;

		for (rung = 0; rung < CM_RUNGS_MAX && scope->ladder_s[rung] != 0; rung++) {
			const struct cm_pack_key key = {
				.series_id = marginals->into[i].into_id, .what = noted->what, .resolution_s = scope->ladder_s[rung],
				.bucket_s = cm_time_floor(noted->at, scope->ladder_s[rung] * CM_SECOND_US) / CM_SECOND_US,
			};

			changes[n] = (struct cm_delta){ cm_pack_id(&key), noted->sum };
			if (changes[n++].pack_id < 0)
				return CM_ESTORE;
		}
	}
	return n;
}

static int
spread_all(struct cm_store *store, const struct cm_deltas *deltas, struct cm_delta *changes, size_t *count)
{
	size_t i;
	int n;

	for (i = 0, *count = 0; i < deltas->count; i++, *count += (size_t)n) {
		const struct cm_noted *noted = &deltas->noted[i];

		if (noted->sum.bin < 0 || noted->sum.bin >= CM_FINE_BINS ||
		    (n = spread(noted, cm_marginals_of(&deltas->marginals, noted->series_id), changes + *count)) < 0)
			return cm_store_fail(store, CM_ESTORE, "A fact is of a time or a length that rollups do not reach.");
	}
	*count = cm_deltas_merge(changes, *count);
	return 0;
}

/* The marginals of all series, which what is noted stands in the order of. */
static int
read_marginals(struct cm_store *store, struct cm_deltas *deltas)
{
	int64_t *series_ids = malloc(deltas->count * sizeof *series_ids);
	size_t i;
	int rc;

	if (series_ids == NULL)
		return CM_ENOMEM;
	for (i = 0; i < deltas->count; i++)
		series_ids[i] = deltas->noted[i].series_id;
	rc = cm_marginals_read(store, &deltas->marginals, series_ids, deltas->count);
	free(series_ids);
	return rc;
}

int
cm_deltas_take(struct cm_store *store, struct cm_deltas *deltas, struct cm_delta **out, size_t *count)
{
	struct cm_delta *changes;
	int rc;

	*out = NULL;
	*count = 0;
	if (deltas->count == 0)
		return 0;
	qsort(deltas->noted, deltas->count, sizeof *deltas->noted, by_series);
	if ((rc = read_marginals(store, deltas)) < 0)
		return rc;
	if ((changes = malloc(deltas->count * PACKS_EACH * sizeof *changes)) == NULL)
		return CM_ENOMEM;
	if ((rc = spread_all(store, deltas, changes, count)) == 0)
		*out = changes;
	else
		free(changes);
	deltas->count = 0;
	return rc;
}

size_t
cm_deltas_of_packs(const struct cm_delta *changes, size_t count, size_t packs)
{
	size_t n = 0;

	while (n < count && (n == 0 || changes[n].pack_id == changes[n - 1].pack_id || --packs > 0))
		n++;
	return n;
}

void
cm_deltas_done(struct cm_deltas *deltas)
{
	free(deltas->noted);
	cm_marginals_done(&deltas->marginals);
	*deltas = (struct cm_deltas){ 0 };
}
