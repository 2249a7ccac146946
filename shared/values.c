/* values: exact percentiles by histogram-guided selection; see values.h. */
#include "config.h"

#include "values.h"

#include <stdlib.h>
#include <string.h>

#include "bins.h"
#include "error.h"
#include "pending.h"

enum {
	RAW_MOST = 4000,		/* values of a tenant that are read one by one rather than selected */
	COARSE = -1,			/* the parent of coarse bins */
};

const int cm_quantiles_permille[CM_QUANTILES] = { 500, 950, 990 };

/* A raw value at the edge of the window, which no bucket of the rollups covers. */
struct edge_value {
	int bin;
	int64_t value_us;
};

/* One selection: the window, cut, and its histogram at the coarse level. */
struct selection {
	struct cm_store *store;
	const struct cm_filter *filter;
	const char *kind;
	cm_us from;
	cm_us to;
	struct cm_piece pieces[CM_PIECES_MAX];
	size_t piece_count;
	struct edge_value *edges;
	size_t edge_count;
	size_t edge_room;
	int64_t coarse[CM_COARSE_BINS];
	int64_t count;
	int64_t sum_us;
	int fine_of;			/* the coarse bin that fine[] is of; -1: none yet */
	int64_t fine[CM_FINE_PER_COARSE];
	cm_us pruned_before;
	bool exact;
	double error_pct;
};

static int
keep_edge(struct selection *sel, int bin, int64_t value_us)
{
	if (sel->edge_count == sel->edge_room) {
		size_t room = sel->edge_room == 0 ? 256 : 2 * sel->edge_room;
		struct edge_value *edges = realloc(sel->edges, room * sizeof *edges);

		if (edges == NULL)
			return CM_ENOMEM;
		sel->edges = edges;
		sel->edge_room = room;
	}
	sel->edges[sel->edge_count++] = (struct edge_value){ .bin = bin, .value_us = value_us };
	return 0;
}

static struct cm_bind *
piece_binds(const struct selection *sel, const struct cm_piece *piece, struct cm_bind *binds)
{
	size_t n = cm_window_binds(sel->filter, piece, binds);

	binds[n++] = (struct cm_bind)CM_TEXT_PARAM("kind", sel->kind);
	binds[n] = (struct cm_bind){ 0 };
	return binds + n;
}

static bool
is_call(const struct selection *sel)
{
	return strcmp(sel->kind, "call") == 0;
}

static const char *
raw_statement(const struct selection *sel)
{
	if (cm_filter_scope(sel->filter)->of_tenant)
		return is_call(sel) ? "values-raw-call-of" : "values-raw-of";
	return is_call(sel) ? "values-raw-call" : "values-raw";
}

static int
read_raw_piece(struct selection *sel, const struct cm_piece *piece)
{
	struct cm_bind binds[CM_BINDS_MAX];
	struct cm_rows *rows;
	int rc;

	piece_binds(sel, piece, binds);
	if ((rc = cm_store_query(sel->store, raw_statement(sel), binds, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0) {
		int64_t value_us = cm_rows_int(rows, 0);
		int bin = cm_bin_of(value_us);

		if ((rc = keep_edge(sel, bin, value_us)) < 0)
			break;
		sel->coarse[bin / CM_FINE_PER_COARSE]++;
		sel->count++;
		sel->sum_us += value_us;
	}
	cm_rows_done(rows);
	return rc;
}

/* The next pending fact of this kind that lies in a piece, from *fact on; NULL at the end. */
static const struct cm_pending_fact *
next_pending(const struct selection *sel, const struct cm_piece *piece, const struct cm_pending_fact *fact,
    const struct cm_pending_fact *end)
{
	for (; fact < end; fact++)
		if (fact->bin >= 0 && cm_pending_in(fact, piece) && strcmp(fact->kind, sel->kind) == 0)
			return fact;
	return NULL;
}

/* Adds to the coarse histogram what the rollups of a piece do not hold yet. */
static int
add_pending(struct selection *sel, const struct cm_piece *piece)
{
	const struct cm_pending_fact *facts, *fact;
	size_t count;
	int rc;

	if ((rc = cm_pending(sel->store, sel->filter, &facts, &count)) < 0)
		return rc;
	for (fact = facts; (fact = next_pending(sel, piece, fact, facts + count)) != NULL; fact++) {
		sel->coarse[fact->bin / CM_FINE_PER_COARSE] += fact->n;
		sel->count += fact->n;
		sel->sum_us += fact->n * fact->value_us;
	}
	return 0;
}

/* The bins of a piece of buckets: the coarse ones, or the fine ones of a coarse one. */
static int
open_binned(struct selection *sel, const struct cm_piece *piece, int parent, struct cm_rows **rows)
{
	struct cm_bind binds[CM_BINDS_MAX], *end;

	end = piece_binds(sel, piece, binds);
	*end++ = (struct cm_bind)CM_INT_PARAM("parent", parent);
	*end = (struct cm_bind){ 0 };
	return cm_store_query(sel->store, "values-binned", binds, rows);
}

static int
read_rolled_piece(struct selection *sel, const struct cm_piece *piece)
{
	struct cm_rows *rows;
	int rc;

	if ((rc = open_binned(sel, piece, COARSE, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0) {
		int64_t bin = cm_rows_int(rows, 0), n = cm_rows_int(rows, 1);

		if (bin < 0 || bin >= CM_COARSE_BINS)
			continue;
		sel->coarse[bin] += n;
		sel->count += n;
		sel->sum_us += cm_rows_int(rows, 2);
	}
	cm_rows_done(rows);
	return rc < 0 ? rc : add_pending(sel, piece);
}

static int
read_pieces(struct selection *sel)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < sel->piece_count && rc >= 0; i++)
		rc = sel->pieces[i].resolution_s == 0 ? read_raw_piece(sel, &sel->pieces[i])
						      : read_rolled_piece(sel, &sel->pieces[i]);
	return rc;
}

/* Reads the whole window raw: for a tenant of few values that is less work than selecting among everybody's. */
static int
read_all_raw(struct selection *sel)
{
	sel->pieces[0] = (struct cm_piece){ .from = sel->from, .to = sel->to };
	sel->piece_count = 1;
	sel->edge_count = 0;
	sel->count = sel->sum_us = 0;
	memset(sel->coarse, 0, sizeof sel->coarse);
	return read_pieces(sel);
}

/* Cuts the window and reads its coarse histogram. */
static int
selection_init(struct selection *sel, struct cm_store *store, const struct cm_filter *filter, const char *kind, cm_us from,
    cm_us to)
{
	int rc;

	memset(sel, 0, sizeof *sel);
	sel->store = store;
	sel->filter = filter;
	sel->kind = kind;
	sel->from = from;
	sel->to = to;
	sel->fine_of = -1;
	sel->exact = true;
	if ((rc = cm_store_pruned_before(store, &sel->pruned_before)) < 0)
		return rc;
	sel->piece_count = cm_window_pieces_kept(cm_filter_scope(filter), from, to, sel->pruned_before, sel->pieces, &sel->exact);
	rc = read_pieces(sel);
	if (rc >= 0 && from >= sel->pruned_before && cm_filter_scope(filter)->of_tenant && sel->piece_count > 1 && sel->count <= RAW_MOST)
		rc = read_all_raw(sel);
	return rc;
}

static void
selection_done(struct selection *sel)
{
	free(sel->edges);
}

static int
add_pending_fine(struct selection *sel, const struct cm_piece *piece, int coarse)
{
	const struct cm_pending_fact *facts, *fact;
	size_t count;
	int rc;

	if ((rc = cm_pending(sel->store, sel->filter, &facts, &count)) < 0)
		return rc;
	for (fact = facts; (fact = next_pending(sel, piece, fact, facts + count)) != NULL; fact++)
		if (fact->bin / CM_FINE_PER_COARSE == coarse)
			sel->fine[fact->bin % CM_FINE_PER_COARSE] += fact->n;
	return 0;
}

static int
read_fine_piece(struct selection *sel, const struct cm_piece *piece, int coarse)
{
	struct cm_rows *rows;
	int rc;

	if ((rc = open_binned(sel, piece, coarse, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0)
		sel->fine[cm_rows_int(rows, 0) % CM_FINE_PER_COARSE] += cm_rows_int(rows, 1);
	cm_rows_done(rows);
	return rc < 0 ? rc : add_pending_fine(sel, piece, coarse);
}

static int
read_fine(struct selection *sel, int coarse)
{
	size_t i;
	int rc;

	if (sel->fine_of == coarse)
		return 0;
	memset(sel->fine, 0, sizeof sel->fine);
	sel->fine_of = -1;
	for (i = 0; i < sel->edge_count; i++)
		if (sel->edges[i].bin / CM_FINE_PER_COARSE == coarse)
			sel->fine[sel->edges[i].bin % CM_FINE_PER_COARSE]++;
	for (i = 0; i < sel->piece_count; i++)
		if (sel->pieces[i].resolution_s != 0 && (rc = read_fine_piece(sel, &sel->pieces[i], coarse)) < 0)
			return rc;
	sel->fine_of = coarse;
	return 0;
}

/* Steps *rank down to a rank within the bin that holds it; the bin, or -1 where the bins hold fewer. */
static int
find_bin(const int64_t *bins, int count, int64_t *rank)
{
	int i;

	for (i = 0; i < count; i++) {
		if (*rank <= bins[i])
			return i;
		*rank -= bins[i];
	}
	return -1;
}

/* The rank-th smallest value of one fine bin, all of which is in memory. */
static int
pick_edge(const struct selection *sel, int bin, int64_t rank, int64_t *out_us)
{
	int64_t *values = calloc(sel->edge_count, sizeof *values);
	size_t i, count = 0;

	if (values == NULL)
		return CM_ENOMEM;
	for (i = 0; i < sel->edge_count; i++)
		if (sel->edges[i].bin == bin)
			values[count++] = sel->edges[i].value_us;
	*out_us = cm_select_value(values, count, (size_t)rank);
	free(values);
	return 0;
}

static bool
is_all_raw(const struct selection *sel)
{
	return sel->piece_count == 1 && sel->pieces[0].resolution_s == 0;
}

/* The answer where raw values are gone: the upper end of the bin, and by how much that may be too high. */
static void
answer_bin(struct selection *sel, int64_t floor_us, int64_t top_us, int64_t *out_us)
{
	double error_pct = 100.0 * (double)(top_us - floor_us) / (double)floor_us;

	*out_us = top_us;
	sel->exact = false;
	if (error_pct > sel->error_pct)
		sel->error_pct = error_pct;
}

/* Reads `count` values that the filter lets through; CM_ESTORE where there are fewer than the rollups count: then the law is
 * broken, and no answer is better than a wrong one. */
static int
read_bin(struct selection *sel, struct cm_rows *rows, int64_t *values, int64_t count)
{
	bool all = strcmp(cm_filter_scope(sel->filter)->name, "all") == 0;
	const unsigned char *lets = NULL;
	size_t lets_count = 0;
	int64_t read = 0;
	int rc;

	if (!all && (rc = cm_filter_series(sel->store, sel->filter, &lets, &lets_count)) < 0)
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
pick_raw(struct selection *sel, int bin, int64_t count, int64_t rank, int64_t *out_us)
{
	struct cm_piece whole = { .from = sel->from, .to = sel->to };
	struct cm_bind binds[CM_BINDS_MAX], *end;
	int64_t *values = calloc((size_t)count, sizeof *values);
	struct cm_rows *rows = NULL;
	int rc = CM_ENOMEM;

	if (values == NULL)
		return rc;
	end = piece_binds(sel, &whole, binds);
	*end++ = (struct cm_bind)CM_INT_PARAM("bin", bin);
	*end = (struct cm_bind){ 0 };
	rc = cm_store_query(sel->store, is_call(sel) ? "values-in-bin-call" : "values-in-bin", binds, &rows);
	if (rc == 0 && (rc = read_bin(sel, rows, values, count)) == 0)
		*out_us = cm_select_value(values, (size_t)count, (size_t)rank);
	cm_rows_done(rows);
	free(values);
	return rc;
}

/* The rank-th smallest value of one fine bin, of `count`. */
static int
read_value(struct selection *sel, int bin, int64_t count, int64_t rank, int64_t *out_us)
{
	int64_t floor_us = cm_bin_floor_us(bin), top_us = cm_bin_floor_us(bin + 1) - 1;

	if (top_us == floor_us) {
		*out_us = floor_us;
		return 0;
	}
	if (sel->from < sel->pruned_before) {
		answer_bin(sel, floor_us, top_us, out_us);
		return 0;
	}
	return is_all_raw(sel) ? pick_edge(sel, bin, rank, out_us) : pick_raw(sel, bin, count, rank, out_us);
}

/* The rank-th smallest value of the window; 1 <= rank <= sel->count. */
static int
select_rank(struct selection *sel, int64_t rank, int64_t *out_us)
{
	int coarse, fine, rc;

	if ((coarse = find_bin(sel->coarse, CM_COARSE_BINS, &rank)) < 0)
		return CM_ESTORE;
	if ((rc = read_fine(sel, coarse)) < 0)
		return rc;
	if ((fine = find_bin(sel->fine, CM_FINE_PER_COARSE, &rank)) < 0)
		return CM_ESTORE;
	return read_value(sel, coarse * CM_FINE_PER_COARSE + fine, sel->fine[fine], rank, out_us);
}

/* ceil(count * permille / 1000), without leaving integers. */
static int64_t
nearest_rank(int64_t count, int permille)
{
	return count / 1000 * permille + (count % 1000 * permille + 999) / 1000;
}

static int
select_all(struct selection *sel, struct cm_values *values)
{
	int i, rc;

	if ((rc = select_rank(sel, 1, &values->min_us)) < 0 || (rc = select_rank(sel, sel->count, &values->max_us)) < 0)
		return rc;
	for (i = 0; i < CM_QUANTILES; i++) {
		rc = select_rank(sel, nearest_rank(sel->count, cm_quantiles_permille[i]), &values->quantile_us[i]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int
cm_values(struct cm_store *store, const struct cm_window *window, const char *kind, struct cm_values *out)
{
	struct cm_values values = { 0 };
	struct selection sel;
	int rc;

	rc = selection_init(&sel, store, &window->filter, kind, window->from, window->to);
	if (rc >= 0 && sel.count > 0)
		rc = select_all(&sel, &values);
	values.count = sel.count;
	values.sum_us = sel.sum_us;
	values.exact = sel.exact;
	if (!sel.exact)
		cm_store_set_inexact(store);
	values.error_pct = sel.error_pct;
	selection_done(&sel);
	if (rc < 0)
		return rc;
	*out = values;
	return 0;
}

int
cm_quantile_buckets(struct cm_store *store, const struct cm_filter *filter, const char *kind, int permille,
    const cm_us *edges, size_t n, int64_t *out_us)
{
	struct selection sel;
	size_t i;
	int rc;

	for (i = 0; i < n; i++) {
		out_us[i] = -1;
		rc = selection_init(&sel, store, filter, kind, edges[i], edges[i + 1]);
		if (rc >= 0 && sel.count > 0)
			rc = select_rank(&sel, nearest_rank(sel.count, permille), &out_us[i]);
		if (!sel.exact)
			cm_store_set_inexact(store);
		selection_done(&sel);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int
cm_values_ever(struct cm_store *store, const struct cm_filter *filter, const char *kind, int64_t *count, int64_t *sum_us)
{
	struct cm_piece ever = { 0 };
	struct cm_bind binds[CM_BINDS_MAX];
	struct cm_rows *rows;
	size_t n;
	int rc;

	n = cm_window_binds(filter, &ever, binds);
	binds[n++] = (struct cm_bind)CM_TEXT_PARAM("kind", kind);
	binds[n] = (struct cm_bind){ 0 };
	if ((rc = cm_store_query(store, "values-ever", binds, &rows)) < 0)
		return rc;
	if ((rc = cm_rows_next(rows)) > 0) {
		*count = cm_rows_int(rows, 0);
		*sum_us = cm_rows_int(rows, 1);
	}
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}
