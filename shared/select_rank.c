/* select_rank: the k-th smallest value of a bucket of an answer; see select.h. */
#include "config.h"

#include "select_own.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "pending.h"

/* The part of a piece that counts into one bucket; false where there is none. */
static bool
part_of(const struct cm_select *select, const struct cm_piece *piece, size_t bucket, struct cm_piece *out)
{
	if (bucket < piece->first || bucket >= piece->first + piece->count)
		return false;
	*out = *piece;
	if (piece->count > 1) {
		out->from = select->edges[bucket] > piece->from ? select->edges[bucket] : piece->from;
		out->to = select->edges[bucket + 1] < piece->to ? select->edges[bucket + 1] : piece->to;
	}
	return true;
}

static int
take_fine(struct cm_select *select, size_t piece, const struct cm_rows *rows)
{
	(void)piece;
	cm_sum_add(&select->fine[cm_rows_int(rows, 0) % CM_FINE_PER_COARSE], cm_rows_int(rows, 1), cm_rows_int(rows, 2));
	return 0;
}

static int
read_fine(struct cm_select *select, size_t bucket, int coarse)
{
	const struct loose *loose = select->loose + select->loose_from[bucket];
	const struct loose *end = select->loose + select->loose_from[bucket + 1];
	struct cm_piece *parts;
	size_t i, count = 0;
	int rc = 0;

	if (select->fine_of == coarse && select->fine_bucket == bucket)
		return 0;
	memset(select->fine, 0, sizeof select->fine);
	select->fine_of = -1;
	for (; loose < end; loose++)
		if (loose->bin / CM_FINE_PER_COARSE == coarse)
			cm_sum_add(&select->fine[loose->bin % CM_FINE_PER_COARSE], loose->n, loose->n * loose->value_us);
	if ((parts = malloc((select->cut.count + 1) * sizeof *parts)) == NULL)
		return CM_ENOMEM;
	for (i = 0; i < select->cut.count; i++)
		if (select->seen[i][coarse] && part_of(select, &select->cut.pieces[i], bucket, &parts[count]))
			count++;
	if (count > 0)
		rc = cm_select_read_bins(select, parts, count, coarse, take_fine);
	free(parts);
	if (rc < 0)
		return rc;
	select->fine_bucket = bucket;
	select->fine_of = coarse;
	return 0;
}

/* Steps *rank down to a rank within the bin that holds it; the bin, or -1 where the bins hold fewer. */
static int
find_bin(const struct sum *bins, int count, int64_t *rank)
{
	int i;

	for (i = 0; i < count; i++) {
		if (*rank <= bins[i].n)
			return i;
		*rank -= bins[i].n;
	}
	return -1;
}

/* The rank-th smallest value of a bucket all of whose values are in memory. */
static int
pick_loose(const struct cm_select *select, size_t bucket, int64_t rank, int64_t *out_us)
{
	size_t from = select->loose_from[bucket], count = select->loose_from[bucket + 1] - from, i;
	int64_t *values = malloc(count * sizeof *values);

	if (values == NULL)
		return CM_ENOMEM;
	for (i = 0; i < count; i++)
		values[i] = select->loose[from + i].value_us;
	*out_us = cm_select_value(values, count, (size_t)rank);
	free(values);
	return 0;
}

/* The answer where raw values are gone: the upper end of the bin, and by how much that may be too high. */
static void
answer_bin(struct cm_select *select, int64_t floor_us, int64_t top_us, int64_t *out_us)
{
	double error_pct = 100.0 * (double)(top_us - floor_us) / (double)floor_us;

	*out_us = top_us;
	select->exact = false;
	if (error_pct > select->error_pct)
		select->error_pct = error_pct;
}

/* Reads `count` values that the filter lets through; CM_ESTORE where there are fewer than the rollups count: then the law is
 * broken, and no answer is better than a wrong one. */
static int
read_bin(struct cm_select *select, struct cm_rows *rows, int64_t *values, int64_t count)
{
	bool all = strcmp(cm_filter_scope(select->filter)->name, "all") == 0;
	const unsigned char *lets = NULL;
	size_t lets_count = 0;
	int64_t read = 0;
	int rc;

	if (!all && (rc = cm_filter_series(select->store, select->filter, &lets, &lets_count)) < 0)
		return rc;
	while (read < count) {
		if ((rc = cm_rows_next(rows)) <= 0)
			return rc < 0 ? rc : CM_ESTORE;
		size_t id = all ? 0 : (size_t)cm_rows_int(rows, 1);

		if (all || (id < lets_count && lets[id]))
			values[read++] = cm_rows_int(rows, 0);
	}
	return 0;
}

/* The rank-th smallest value of one fine bin, from the database, which holds `count` there. */
static int
pick_raw(struct cm_select *select, size_t bucket, int bin, int64_t count, int64_t rank, int64_t *out_us)
{
	struct cm_piece whole = { .from = select->edges[bucket], .to = select->edges[bucket + 1] };
	int64_t *values = malloc((size_t)count * sizeof *values);
	struct cm_rows *rows = NULL;
	int rc = CM_ENOMEM;

	if (values == NULL)
		return rc;
	rc = cm_select_open(select, &whole, cm_select_is_call(select) ? "values-in-bin-call" : "values-in-bin", "bin", bin, &rows);
	if (rc == 0 && (rc = read_bin(select, rows, values, count)) == 0)
		*out_us = cm_select_value(values, (size_t)count, (size_t)rank);
	cm_rows_done(rows);
	free(values);
	return rc;
}

/* The rank-th smallest value of one fine bin. */
static int
pick_value(struct cm_select *select, size_t bucket, int bin, const struct sum *sum, int64_t rank, int64_t *out_us)
{
	int64_t floor_us = cm_bin_floor_us(bin), top_us = cm_bin_floor_us(bin + 1) - 1;

	if (top_us == floor_us)
		*out_us = floor_us;
	else if (select->edges[bucket] < select->pruned_before)
		answer_bin(select, floor_us, top_us, out_us);
	else if (sum->n == 1)
		*out_us = sum->us;
	else
		return pick_raw(select, bucket, bin, sum->n, rank, out_us);
	return 0;
}

int
cm_select_rank(struct cm_select *select, size_t bucket, int64_t rank, int64_t *out_us)
{
	const struct sum *bins = select->coarse + bucket * (size_t)select->width;
	int coarse, fine, rc;

	if (!select->binned && select->edges[bucket] >= select->pruned_before)
		return pick_loose(select, bucket, rank, out_us);
	if ((coarse = find_bin(bins, select->width, &rank)) < 0)
		return CM_ESTORE;
	if (bins[coarse].n == 1 && select->edges[bucket] >= select->pruned_before) {
		*out_us = bins[coarse].us;
		return 0;
	}
	coarse += select->low;
	if ((rc = read_fine(select, bucket, coarse)) < 0)
		return rc;
	if ((fine = find_bin(select->fine, CM_FINE_PER_COARSE, &rank)) < 0)
		return CM_ESTORE;
	return pick_value(select, bucket, coarse * CM_FINE_PER_COARSE + fine, &select->fine[fine], rank, out_us);
}
