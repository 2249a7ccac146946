/* select: the k-th smallest value of each bucket of an answer; see select.h. */
#include "config.h"

#include "select.h"

#include <stdlib.h>
#include <string.h>

#include "bins.h"
#include "error.h"
#include "pending.h"

enum {
	RAW_MOST = 4000,		/* values of a tenant that are read one by one rather than selected */
	COARSE = -1,			/* the parent of coarse bins */
};

struct sum {
	int64_t n;
	int64_t us;
};

/* What the rollups say of one coarse bin of one bucket. */
struct cell {
	size_t bucket;
	int bin;
	struct sum sum;
};

/* A value that is known by itself: a raw one, or one that the rollups do not hold yet. */
struct loose {
	size_t bucket;
	int bin;
	int n;				/* -1: to be taken away */
	int64_t value_us;
};

struct cm_select {
	struct cm_store *store;
	const struct cm_filter *filter;
	const char *kind;
	const cm_us *edges;
	size_t n;
	struct cm_cut cut;
	cm_us pruned_before;
	bool binned;			/* some piece is of buckets */
	bool (*seen)[CM_COARSE_BINS];	/* of each piece: which coarse bins it has */
	struct cell *cells;
	size_t cell_count;
	size_t cell_room;
	struct loose *loose;		/* in order of their buckets, once all are read */
	size_t loose_count;
	size_t loose_room;
	size_t *loose_from;		/* bucket b's are from loose_from[b] to below loose_from[b + 1] */
	struct sum *total;		/* of each bucket */
	int low;			/* the lowest coarse bin that holds anything */
	int width;			/* from there to the highest */
	struct sum *coarse;		/* n rows of width */
	size_t fine_bucket;		/* what fine[] is of */
	int fine_of;			/* -1: nothing yet */
	struct sum fine[CM_FINE_PER_COARSE];
	bool exact;
	double error_pct;
};

/* Makes room for one more; the array, perhaps moved, or NULL for want of memory. */
static void *
with_room(void *array, size_t count, size_t *room, size_t size)
{
	size_t wanted = *room == 0 ? 256 : 2 * *room;
	void *larger;

	if (count < *room)
		return array;
	if ((larger = realloc(array, wanted * size)) != NULL)
		*room = wanted;
	return larger;
}

static int
keep_cell(struct cm_select *select, size_t bucket, int bin, struct sum sum)
{
	struct cell *cells = with_room(select->cells, select->cell_count, &select->cell_room, sizeof *cells);

	if (cells == NULL)
		return CM_ENOMEM;
	select->cells = cells;
	cells[select->cell_count++] = (struct cell){ .bucket = bucket, .bin = bin, .sum = sum };
	return 0;
}

static int
keep_loose(struct cm_select *select, size_t bucket, int bin, int n, int64_t value_us)
{
	struct loose *loose = with_room(select->loose, select->loose_count, &select->loose_room, sizeof *loose);

	if (loose == NULL)
		return CM_ENOMEM;
	select->loose = loose;
	loose[select->loose_count++] = (struct loose){ .bucket = bucket, .bin = bin, .n = n, .value_us = value_us };
	return 0;
}

static bool
is_call(const struct cm_select *select)
{
	return strcmp(select->kind, "call") == 0;
}

static const char *
raw_statement(const struct cm_select *select)
{
	if (cm_filter_scope(select->filter)->of_tenant)
		return is_call(select) ? "values-raw-call-of" : "values-raw-of";
	return is_call(select) ? "values-raw-call" : "values-raw";
}

/* Runs a statement over a piece; `name` is that of a parameter of its own. */
static int
open_piece(struct cm_select *select, const struct cm_piece *piece, const char *statement, const char *name, int number,
    struct cm_rows **rows)
{
	struct cm_bind binds[CM_BINDS_MAX];
	size_t n = cm_window_binds(select->filter, piece, binds);

	binds[n++] = (struct cm_bind)CM_TEXT_PARAM("kind", select->kind);
	if (name != NULL)
		binds[n++] = (struct cm_bind)CM_INT_PARAM(name, number);
	binds[n] = (struct cm_bind){ 0 };
	return cm_store_query(select->store, statement, binds, rows);
}

static int
read_raw(struct cm_select *select, const struct cm_piece *piece)
{
	struct cm_rows *rows;
	int rc;

	if ((rc = open_piece(select, piece, raw_statement(select), NULL, 0, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0) {
		int64_t value_us = cm_rows_int(rows, 0);
		size_t bucket = cm_piece_bucket(piece, select->edges, cm_rows_int(rows, 2));

		if ((rc = keep_loose(select, bucket, cm_bin_of(value_us), (int)cm_rows_int(rows, 1), value_us)) < 0)
			break;
	}
	cm_rows_done(rows);
	return rc;
}

/* What the rollups of a piece do not hold yet. */
static int
read_pending(struct cm_select *select, const struct cm_piece *piece)
{
	const struct cm_pending_fact *fact;
	size_t count;
	int rc;

	if ((rc = cm_pending(select->store, select->filter, &fact, &count)) < 0)
		return rc;
	for (; count > 0; count--, fact++) {
		if (fact->bin < 0 || !cm_pending_in(fact, piece) || strcmp(fact->kind, select->kind) != 0)
			continue;
		if ((rc = keep_loose(select, cm_piece_bucket(piece, select->edges, fact->at_us), fact->bin,
		    piece->taken ? -fact->n : fact->n, fact->value_us)) < 0)
			return rc;
	}
	return 0;
}

static int
read_coarse(struct cm_select *select, const struct cm_piece *piece, bool *seen)
{
	struct cm_rows *rows;
	int rc;

	if ((rc = open_piece(select, piece, "values-binned", "parent", COARSE, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0) {
		struct sum sum = { .n = cm_rows_int(rows, 1), .us = cm_rows_int(rows, 2) };
		int64_t bin = cm_rows_int(rows, 0);

		if (bin < 0 || bin >= CM_COARSE_BINS)
			continue;
		seen[bin] = true;
		if ((rc = keep_cell(select, cm_piece_bucket(piece, select->edges, cm_rows_int(rows, 3) * CM_SECOND_US), (int)bin,
		    sum)) < 0)
			break;
	}
	cm_rows_done(rows);
	return rc < 0 ? rc : read_pending(select, piece);
}

static int
read_pieces(struct cm_select *select, bool raw)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < select->cut.count && rc >= 0; i++) {
		const struct cm_piece *piece = &select->cut.pieces[i];

		if (raw && piece->resolution_s == 0)
			rc = read_raw(select, piece);
		if (!raw && piece->resolution_s != 0)
			rc = read_coarse(select, piece, select->seen[i]);
	}
	return rc;
}

/* Whether the buckets read so far hold so little that it is less work to read the whole window raw; so with small tenants. */
static bool
is_better_raw(const struct cm_select *select)
{
	int64_t count = 0;
	size_t i;

	if (!cm_filter_scope(select->filter)->of_tenant || select->edges[0] < select->pruned_before || !select->cut.exact)
		return false;
	for (i = 0; i < select->cell_count; i++)
		count += select->cells[i].sum.n;
	return select->cell_count > 0 && count <= RAW_MOST;
}

static void
make_raw(struct cm_select *select)
{
	select->cut.pieces[0] = (struct cm_piece){ .from = select->edges[0], .to = select->edges[select->n], .count = select->n };
	select->cut.count = 1;
	select->cell_count = select->loose_count = 0;
	memset(select->seen[0], 0, sizeof select->seen[0]);
}

/* Puts the loose values in order of their buckets, by counting. */
static int
order_loose(struct cm_select *select)
{
	size_t *from = calloc(select->n + 2, sizeof *from), i;
	struct loose *ordered = NULL;

	if (from == NULL)
		return CM_ENOMEM;
	select->loose_from = from;
	for (i = 0; i < select->loose_count; i++)
		from[select->loose[i].bucket + 2]++;
	for (i = 2; i < select->n + 2; i++)
		from[i] += from[i - 1];
	/* from[b + 1] is where bucket b starts; it moves to where it ends, and so becomes the start of the next. */
	if (select->n == 1) {
		from[1] = select->loose_count;
		return 0;
	}
	if ((ordered = malloc((select->loose_count + 1) * sizeof *ordered)) == NULL)
		return CM_ENOMEM;
	for (i = 0; i < select->loose_count; i++)
		ordered[from[select->loose[i].bucket + 1]++] = select->loose[i];
	free(select->loose);
	select->loose = ordered;
	return 0;
}

static void
widen(int *low, int *high, int bin)
{
	if (bin < *low)
		*low = bin;
	if (bin > *high)
		*high = bin;
}

static void
add(struct sum *to, int64_t n, int64_t us)
{
	to->n += n;
	to->us += us;
}

/* Sums up what was read: the coarse histogram of each bucket, and its total. */
static int
sum_up(struct cm_select *select)
{
	int low = CM_COARSE_BINS, high = -1;
	size_t i;

	for (i = 0; i < select->cell_count; i++)
		widen(&low, &high, select->cells[i].bin);
	for (i = 0; i < select->loose_count; i++)
		widen(&low, &high, select->loose[i].bin / CM_FINE_PER_COARSE);
	select->low = low;
	select->width = high < low ? 0 : high - low + 1;
	select->total = calloc(select->n, sizeof *select->total);
	select->coarse = calloc(select->n * (size_t)select->width + 1, sizeof *select->coarse);
	if (select->total == NULL || select->coarse == NULL)
		return CM_ENOMEM;
	for (i = 0; i < select->cell_count; i++) {
		const struct cell *cell = &select->cells[i];

		add(&select->total[cell->bucket], cell->sum.n, cell->sum.us);
		add(&select->coarse[cell->bucket * (size_t)select->width + (size_t)(cell->bin - low)], cell->sum.n, cell->sum.us);
	}
	for (i = 0; i < select->loose_count; i++) {
		const struct loose *loose = &select->loose[i];
		size_t bin = (size_t)(loose->bin / CM_FINE_PER_COARSE - low);

		add(&select->total[loose->bucket], loose->n, loose->n * loose->value_us);
		add(&select->coarse[loose->bucket * (size_t)select->width + bin], loose->n, loose->n * loose->value_us);
	}
	return 0;
}

static int
read_all(struct cm_select *select)
{
	size_t i;
	int rc;

	if ((rc = cm_store_pruned_before(select->store, &select->pruned_before)) < 0 ||
	    (rc = cm_window_cut(select->store, select->filter, select->edges, select->n, &select->cut)) < 0)
		return rc;
	select->exact = select->cut.exact;
	if ((select->seen = calloc(select->cut.count + 1, sizeof *select->seen)) == NULL)
		return CM_ENOMEM;
	if ((rc = read_pieces(select, false)) < 0)
		return rc;
	if (select->cut.count > 1 && is_better_raw(select))
		make_raw(select);
	if ((rc = read_pieces(select, true)) < 0)
		return rc;
	for (i = 0; i < select->cut.count; i++)
		select->binned |= select->cut.pieces[i].resolution_s != 0;
	rc = order_loose(select);
	return rc < 0 ? rc : sum_up(select);
}

int
cm_select_init(struct cm_store *store, const struct cm_filter *filter, const char *kind, const cm_us *edges, size_t n,
    struct cm_select **out)
{
	struct cm_select *select = calloc(1, sizeof *select);
	int rc;

	if (select == NULL)
		return CM_ENOMEM;
	select->store = store;
	select->filter = filter;
	select->kind = kind;
	select->edges = edges;
	select->n = n;
	select->fine_of = -1;
	if ((rc = read_all(select)) < 0) {
		cm_select_done(select);
		return rc;
	}
	*out = select;
	return 0;
}

void
cm_select_done(struct cm_select *select)
{
	if (select == NULL)
		return;
	cm_cut_done(&select->cut);
	free(select->seen);
	free(select->cells);
	free(select->loose);
	free(select->loose_from);
	free(select->total);
	free(select->coarse);
	free(select);
}

int64_t
cm_select_count(const struct cm_select *select, size_t bucket)
{
	return select->total[bucket].n;
}

int64_t
cm_select_sum_us(const struct cm_select *select, size_t bucket)
{
	return select->total[bucket].us;
}

bool
cm_select_is_exact(const struct cm_select *select, double *error_pct)
{
	*error_pct = select->error_pct;
	return select->exact;
}

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
read_fine_piece(struct cm_select *select, const struct cm_piece *piece, int coarse)
{
	struct cm_rows *rows;
	int rc;

	if ((rc = open_piece(select, piece, "values-binned", "parent", coarse, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0)
		add(&select->fine[cm_rows_int(rows, 0) % CM_FINE_PER_COARSE], cm_rows_int(rows, 1), cm_rows_int(rows, 2));
	cm_rows_done(rows);
	return rc;
}

static int
read_fine(struct cm_select *select, size_t bucket, int coarse)
{
	const struct loose *loose = select->loose + select->loose_from[bucket];
	const struct loose *end = select->loose + select->loose_from[bucket + 1];
	struct cm_piece part;
	size_t i;
	int rc;

	if (select->fine_of == coarse && select->fine_bucket == bucket)
		return 0;
	memset(select->fine, 0, sizeof select->fine);
	select->fine_of = -1;
	for (; loose < end; loose++)
		if (loose->bin / CM_FINE_PER_COARSE == coarse)
			add(&select->fine[loose->bin % CM_FINE_PER_COARSE], loose->n, loose->n * loose->value_us);
	for (i = 0; i < select->cut.count; i++) {
		if (!select->seen[i][coarse] || !part_of(select, &select->cut.pieces[i], bucket, &part))
			continue;
		if ((rc = read_fine_piece(select, &part, coarse)) < 0)
			return rc;
	}
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
	rc = open_piece(select, &whole, is_call(select) ? "values-in-bin-call" : "values-in-bin", "bin", bin, &rows);
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
