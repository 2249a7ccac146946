/* deltas: what facts add to packs and take from them; see deltas.h. */
#include "config.h"

#include "deltas.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "error.h"
#include "kinds.h"

enum { FULL = 1 << 15 };

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

/* What is noted counts into a pack of each series that its own counts into, of the narrowest width. */
static int
spread(const struct cm_noted *noted, const struct cm_marginals *marginals, struct cm_delta *changes)
{
	size_t i;

	for (i = 0; i < marginals->count; i++) {
		const int width_s = marginals->into[i].scope->ladder_s[0];
		const struct cm_pack_key key = { .series_id = marginals->into[i].into_id, .what = noted->what, .resolution_s = width_s,
			.bucket_s = cm_time_floor(noted->at, width_s * CM_SECOND_US) / CM_SECOND_US };

		changes[i] = (struct cm_delta){ cm_pack_id(&key), noted->sum };
		if (changes[i].pack_id < 0)
			return CM_ESTORE;
	}
	return (int)marginals->count;
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

/* How many of some changes, ascending, are of the same series, kind and width as the first. */
static size_t
of_one_sort(const struct cm_delta *changes, size_t count)
{
	const struct cm_pack_key first = cm_pack_key_of(changes->pack_id);
	const int64_t end = changes->pack_id - first.bucket_s / CM_PACK_SLOT_S + (INT64_C(1) << CM_PACK_BUCKET_BITS);
	size_t n = 1;

	while (n < count && changes[n].pack_id < end)
		n++;
	return n;
}

/* The same changes of packs of a wider width: mostly of one, whose bins are in order then. */
static size_t
widen(const struct cm_delta *narrow, size_t count, int width_s, struct cm_delta *wide)
{
	bool ordered = count == 0 || narrow[0].pack_id == narrow[count - 1].pack_id;
	size_t i;

	for (i = 0; i < count; i++) {
		struct cm_pack_key key = cm_pack_key_of(narrow[i].pack_id);

		key.resolution_s = width_s;
		key.bucket_s -= key.bucket_s % width_s;
		wide[i] = (struct cm_delta){ cm_pack_id(&key), narrow[i].sum };
	}
	return ordered ? count : cm_deltas_merge(wide, count);
}

/* The changes of all widths, from those of the narrowest, which is that of a day where no other is kept (window.h). */
static size_t
widen_all(const struct cm_delta *narrow, size_t count, struct cm_delta *all)
{
	size_t at, some, hours, n = 0;

	for (at = 0; at < count; at += some) {
		some = of_one_sort(narrow + at, count - at);
		memcpy(all + n, narrow + at, some * sizeof *all);
		n += some;
		if (cm_pack_key_of(narrow[at].pack_id).resolution_s == CM_DAY_S)
			continue;
		hours = widen(narrow + at, some, CM_HOUR_S, all + n);
		n += hours + widen(all + n, hours, CM_DAY_S, all + n + hours);
	}
	return n;
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
	struct cm_delta *narrow, *all = NULL;
	size_t some;
	int rc;

	*out = NULL;
	*count = 0;
	if (deltas->count == 0)
		return 0;
	qsort(deltas->noted, deltas->count, sizeof *deltas->noted, by_series);
	if ((rc = read_marginals(store, deltas)) < 0)
		return rc;
	if ((narrow = malloc(deltas->count * CM_MARGINALS_MOST * sizeof *narrow)) == NULL)
		return CM_ENOMEM;
	if ((rc = spread_all(store, deltas, narrow, &some)) == 0 && (all = malloc((some + 1) * CM_RUNGS_MAX * sizeof *all)) == NULL)
		rc = CM_ENOMEM;
	if (rc == 0) {
		*count = widen_all(narrow, some, all);
		*out = all;
	}
	free(narrow);
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
