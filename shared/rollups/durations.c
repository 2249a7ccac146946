/* durations: exact percentiles, sums and extremes; see durations.h. */
#include "config.h"

#include "durations.h"

#include <stdlib.h>

#include "error.h"
#include "filter_series.h"
#include "ranks.h"

enum {
	BUCKETS_AT_ONCE = 512,			/* of one kind; it bounds the memory */
	RANKS_EACH = CM_QUANTILES + 2,
};

const int cm_quantiles_permille[CM_QUANTILES] = { 500, 950, 990 };

/* ceil(count * permille / 1000), without leaving integers. */
static int64_t
nearest_rank(int64_t count, int permille)
{
	return count / 1000 * permille + (count % 1000 * permille + 999) / 1000;
}

static void
note_inexact(struct cm_store *store, struct cm_selection *const *selects, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!cm_selection_is_all_exact(selects[i]))
			cm_store_set_inexact(store);
}

/* What is asked of a bucket that has values: extremes and percentiles; how many ranks that makes. */
static size_t
ask_all(struct cm_selection *select, size_t bucket, struct cm_durations *values, struct cm_rank *ranks)
{
	size_t n = 0;
	int i;

	*values = (struct cm_durations){ .count = cm_selection_count(select, bucket), .sum_us = cm_selection_sum_us(select, bucket) };
	if (values->count == 0)
		return 0;
	ranks[n++] = (struct cm_rank){ select, bucket, 1, &values->min_us };
	ranks[n++] = (struct cm_rank){ select, bucket, values->count, &values->max_us };
	for (i = 0; i < CM_QUANTILES; i++)
		ranks[n++] = (struct cm_rank){ select, bucket, nearest_rank(values->count, cm_quantiles_permille[i]),
			&values->quantile_us[i] };
	return n;
}

/* Fills some of the buckets, of which out has `width` for each kind. */
static int
measure(struct cm_selection *const *selects, size_t count, size_t some, size_t width, struct cm_durations *out)
{
	struct cm_rank *ranks = malloc(count * some * RANKS_EACH * sizeof *ranks);
	size_t i, b, n = 0;
	int rc;

	if (ranks == NULL)
		return CM_ENOMEM;
	for (i = 0; i < count; i++)
		for (b = 0; b < some; b++)
			n += ask_all(selects[i], b, &out[i * width + b], ranks + n);
	rc = cm_ranks_find(ranks, n);
	for (i = 0; i < count && rc == 0; i++)
		for (b = 0; b < some; b++)
			out[i * width + b].exact = cm_selection_is_exact(selects[i], b, &out[i * width + b].error_pct);
	free(ranks);
	return rc;
}

int
cm_durations_buckets(struct cm_store *store, const struct cm_filter *filter, const struct cm_kind *const *kinds, size_t count,
    const cm_us *edges, size_t n, struct cm_durations *out)
{
	struct cm_selection *selects[CM_KINDS_MAX];
	size_t done, some, at_once = BUCKETS_AT_ONCE * 4 / (count + 3);
	int rc = 0;

	for (done = 0; done < n && rc == 0; done += some) {
		some = n - done < at_once ? n - done : at_once;
		if ((rc = cm_selection_init(store, filter, kinds, count, edges + done, some, selects)) < 0)
			return rc;
		rc = measure(selects, count, some, n, out + done);
		note_inexact(store, selects, count);
		cm_selection_done(selects, count);
	}
	return rc;
}

int
cm_durations(struct cm_store *store, const struct cm_window *window, const struct cm_kind *const *kinds, size_t count,
    struct cm_durations *out)
{
	const cm_us edges[] = { window->from, window->to };

	return cm_durations_buckets(store, &window->filter, kinds, count, edges, 1, out);
}

static int
pick_buckets(struct cm_selection *select, int permille, size_t n, int64_t *out_us)
{
	struct cm_rank ranks[BUCKETS_AT_ONCE];
	size_t i, asked = 0;

	for (i = 0; i < n; i++) {
		int64_t count = cm_selection_count(select, i);

		out_us[i] = -1;
		if (count > 0)
			ranks[asked++] = (struct cm_rank){ .select = select, .bucket = i, .rank = nearest_rank(count, permille),
				.value_us = &out_us[i] };
	}
	return cm_ranks_find(ranks, asked);
}

int
cm_quantile_buckets(struct cm_store *store, const struct cm_filter *filter, const struct cm_kind *kind, int permille,
    const cm_us *edges, size_t n, int64_t *out_us)
{
	struct cm_selection *select;
	size_t done, some;
	int rc = 0;

	for (done = 0; done < n && rc == 0; done += some) {
		some = n - done < BUCKETS_AT_ONCE ? n - done : BUCKETS_AT_ONCE;
		if ((rc = cm_selection_init(store, filter, &kind, 1, edges + done, some, &select)) < 0)
			return rc;
		rc = pick_buckets(select, permille, some, out_us + done);
		note_inexact(store, &select, 1);
		cm_selection_done(&select, 1);
	}
	return rc;
}

int
cm_durations_ever(struct cm_store *store, const struct cm_filter *filter, const struct cm_kind *kind, int64_t *count, int64_t *sum_us)
{
	struct cm_bind binds[CM_BINDS_MAX];
	struct cm_rows *rows;
	size_t n = cm_filter_binds(filter, binds);
	int rc;

	binds[n++] = (struct cm_bind)CM_TEXT_PARAM("kind", kind->name);
	binds[n + 1] = (struct cm_bind){ 0 };
	if ((rc = cm_filter_one(store, filter, &binds[n])) < 0 || (rc = cm_store_query(store, "values-ever", binds, &rows)) < 0)
		return rc;
	if ((rc = cm_rows_next(rows)) > 0) {
		*count = cm_rows_int(rows, 0);
		*sum_us = cm_rows_int(rows, 1);
	}
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}
