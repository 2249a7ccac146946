/* ranks_read: what a selection reads at first, all but the bins that a rank lies in; see ranks.h. */
#include "config.h"

#include "ranks_own.h"

#include <stdlib.h>

#include "array.h"
#include "error.h"

enum {
	RAW_MOST = 200,		/* values of a tenant that are read one by one rather than selected */
	RAW_MOST_EACH = 8,		/* the same for each of many buckets */
	COARSE = -1,			/* looks at packs see coarse bins alone */
	CELLS_MOST = 2048,		/* that are kept of one kind, .. */
	CELLS_EACH = 64,		/* .. and of each of its buckets beyond the first */
};

static int
by_bin(const void *one, const void *other)
{
	const struct cell *a = one, *b = other;

	if (a->bucket != b->bucket)
		return a->bucket < b->bucket ? -1 : 1;
	return (a->bin > b->bin) - (a->bin < b->bin);
}

/* Adds up the cells of each bin: where many series are read, memory is that of the bins. */
static void
add_up(struct cm_selection *select)
{
	size_t i, kept = 0;

	qsort(select->cells, select->cell_count, sizeof *select->cells, by_bin);
	for (i = 0; i < select->cell_count; i++) {
		if (kept > 0 && by_bin(&select->cells[kept - 1], &select->cells[i]) == 0)
			cm_sum_add(&select->cells[kept - 1].sum, select->cells[i].sum.n, select->cells[i].sum.us);
		else
			select->cells[kept++] = select->cells[i];
	}
	select->cell_count = kept;
	select->added_up = true;
	if (kept > select->cell_most / 2)
		select->cell_most *= 2;
}

static int
keep_cell(struct cm_selection *select, const struct cell *cell)
{
	if (select->cell_count == select->cell_most)
		add_up(select);
	if (!CM_ARRAY_GROWS(select->cells, select->cell_count, select->cell_room))
		return CM_ENOMEM;
	select->cells[select->cell_count++] = *cell;
	return 0;
}

static int
keep_raw(struct cm_selection *select, size_t bucket, int bin, int n, int64_t value_us)
{
	if (!CM_ARRAY_GROWS(select->raw, select->raw_count, select->raw_room))
		return CM_ENOMEM;
	select->raw[select->raw_count++] = (struct raw){ .bucket = bucket, .bin = bin, .n = n, .value_us = value_us };
	return 0;
}

bool
cm_selection_is_call(const struct cm_selection *select)
{
	return select->kind->of == CM_OF_CALL;
}

static const struct cm_view *
raw_view(const struct cm_filter *filter, bool of_calls)
{
	static const struct cm_view latencies = { "values-raw", "values-raw-many", 3 };
	static const struct cm_view latencies_of = { "values-raw-of", "values-raw-of-many", 3 };
	static const struct cm_view calls = { "values-raw-call", "values-raw-call-many", 3 };
	static const struct cm_view calls_of = { "values-raw-call-of", "values-raw-call-of-many", 3 };

	if ((cm_filter_labels(filter) & CM_LABEL_TENANT) != 0)
		return of_calls ? &calls_of : &latencies_of;
	return of_calls ? &calls : &latencies;
}

/* The coarse bins of a pack. */
static int
take_coarse(void *arg, const struct cm_probe *look, const struct cm_pack_key *key, const struct cm_pack *pack)
{
	struct cm_coarse_reader reader = { .left = pack->coarse };
	struct cm_selection *select = look->of;
	int64_t sign = look->piece.minus ? -1 : 1;
	struct cell cell = { .bucket = cm_piece_bucket(&look->piece, select->edges, key->bucket_s * CM_SECOND_US),
		.pack_id = cm_pack_id(key) };
	struct cm_coarse_bin coarse;
	int rc;

	(void)arg;
	while ((rc = cm_coarse_next(&reader, &coarse)) > 0) {
		cell.bin = coarse.sum.bin;
		cell.sum = (struct sum){ .n = sign * coarse.sum.n, .us = sign * coarse.sum.sum };
		cell.from = (uint32_t)coarse.from;
		cell.bytes = (uint32_t)coarse.bytes;
		if ((rc = keep_cell(select, &cell)) < 0)
			return rc;
	}
	return rc;
}

int
cm_selection_looks(struct cm_selection *select, bool raw, struct cm_probes *looks)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < select->cut.count && rc == 0; i++) {
		const struct cm_probe look = { .piece = select->cut.pieces[i], .kind = select->kind->name, .bin = COARSE, .of = select };

		if ((look.piece.resolution_s == 0) == raw)
			rc = cm_probes_add(looks, &look);
	}
	return rc;
}

/* The pieces of buckets. */
static int
read_coarse(struct cm_selection **selects, size_t count)
{
	struct cm_probes looks = { 0 };
	size_t i;
	int rc = 0;

	for (i = 0; i < count && rc == 0; i++)
		rc = cm_selection_looks(selects[i], false, &looks);
	if (rc == 0)
		rc = cm_packs_read(selects[0]->store, selects[0]->filter, &looks, take_coarse, NULL);
	cm_probes_done(&looks);
	return rc;
}

static int
take_raw(void *arg, const struct cm_probe *look, const struct cm_rows *rows)
{
	int64_t value_us = cm_rows_int(rows, 0);
	struct cm_selection *select = look->of;
	int rc;

	(void)arg;
	if (select->sieve != NULL && (rc = cm_filter_series_lets(select->sieve, cm_rows_int(rows, 3))) <= 0)
		return rc;
	return keep_raw(select, cm_piece_bucket(&look->piece, select->edges, cm_rows_int(rows, 2)), cm_bin_of(value_us),
	    (int)cm_rows_int(rows, 1), value_us);
}

/* The next number of a list, as "{1,2}"; false where there is none. */
static bool
next_number(const char **list, int64_t *out)
{
	const char *from = *list + (**list == '{' || **list == ',');
	char *end;
	int64_t number = strtoll(from, &end, 10);

	if (end == from)
		return false;
	*list = end;
	*out = number;
	return true;
}

/* All of a look, from a server: durations, and their instants where these say the bucket. */
static int
take_list(void *arg, const struct cm_probe *look, const struct cm_rows *rows)
{
	const char *durations = cm_rows_text(rows, 0), *instants = cm_rows_text(rows, 1);
	int sign = (int)cm_rows_int(rows, 2), rc = 0;
	int64_t value_us, at = look->piece.from;
	struct cm_selection *select = look->of;

	(void)arg;
	while (rc == 0 && next_number(&durations, &value_us)) {
		if (look->piece.count > 1 && !next_number(&instants, &at))
			return CM_ESTORE;
		rc = keep_raw(select, cm_piece_bucket(&look->piece, select->edges, at), cm_bin_of(value_us), sign, value_us);
	}
	/* What is no number would end it, too. */
	return rc == 0 && (*durations == ',' || *durations == '{') ? CM_ESTORE : rc;
}

/* The pieces of raw facts: calls are in a table of their own. */
static int
read_edges(struct cm_selection **selects, size_t count, bool of_calls)
{
	struct cm_probes looks = { 0 };
	size_t i;
	int rc = 0;

	for (i = 0; i < count && rc == 0; i++)
		if (cm_selection_is_call(selects[i]) == of_calls)
			rc = cm_selection_looks(selects[i], true, &looks);
	if (rc == 0)
		rc = cm_probes_read(selects[0]->store, selects[0]->filter, raw_view(selects[0]->filter, of_calls), &looks,
		    cm_store_is_remote(selects[0]->store) ? take_list : take_raw, NULL);
	cm_probes_done(&looks);
	return rc;
}

/* How many values of a window are read raw at most: those of a tenant, or of everybody, lie together; those of an agent lie among
 * others', however few they are. */
static int64_t
raw_most(const struct cm_selection *select)
{
	unsigned labels = cm_filter_labels(select->filter);
	int64_t of_buckets = select->n > 1 ? (int64_t)select->n * RAW_MOST_EACH : 0;

	if ((labels & CM_LABEL_TENANT) != 0)
		return of_buckets > RAW_MOST ? of_buckets : RAW_MOST;
	return labels == 0 ? of_buckets : 0;
}

/* Whether all of the window is there to be read raw. */
static bool
has_raw(const struct cm_selection *select)
{
	return select->edges[0] >= select->pruned_before;
}

/* Whether the buckets read hold so little that it is less work to read the whole window raw; so with small tenants. */
static bool
is_better_raw(const struct cm_selection *select)
{
	int64_t count = 0;
	size_t i;

	if (!has_raw(select) || !select->cut.exact)
		return false;
	for (i = 0; i < select->cell_count; i++)
		count += select->cells[i].sum.n;
	return select->cell_count > 0 && count <= raw_most(select);
}

/* Whether there are so few values to each of many buckets that all are better read raw: what one window of all of them holds says so,
 * and that is soon known. */
static int
is_thin(const struct cm_selection *select, bool *out)
{
	const cm_us edges[] = { select->edges[0], select->edges[select->n] };
	struct cm_selection *whole;
	int rc;

	*out = false;
	if (select->n == 1 || !has_raw(select) || raw_most(select) == 0)
		return 0;
	if ((rc = cm_selection_init(select->store, select->filter, &select->kind, 1, edges, 1, &whole)) < 0)
		return rc;
	*out = whole->total[0].n <= raw_most(select);
	cm_selection_done(&whole, 1);
	return 0;
}

static struct cm_piece
all_raw(const struct cm_selection *select)
{
	return (struct cm_piece){ .from = select->edges[0], .to = select->edges[select->n], .count = select->n };
}

static void
make_raw(struct cm_selection *select)
{
	select->cut.pieces[0] = all_raw(select);
	select->cut.count = 1;
	select->cell_count = select->raw_count = 0;
}

/* The one piece of a selection that is read raw from the beginning. */
static int
cut_raw(struct cm_selection *select)
{
	if ((select->cut.pieces = malloc(sizeof *select->cut.pieces)) == NULL)
		return CM_ENOMEM;
	select->cut.pieces[0] = all_raw(select);
	select->cut.count = select->cut.room = 1;
	select->cut.exact = true;
	return 0;
}

/* Puts the raw values in order of their buckets, by counting. */
static int
order_raw(struct cm_selection *select)
{
	size_t *from = calloc(select->n + 2, sizeof *from), i;
	struct raw *ordered = NULL;

	if (from == NULL)
		return CM_ENOMEM;
	select->raw_from = from;
	for (i = 0; i < select->raw_count; i++)
		from[select->raw[i].bucket + 2]++;
	for (i = 2; i < select->n + 2; i++)
		from[i] += from[i - 1];
	/* from[b + 1] is where bucket b starts; it moves to where it ends, and so becomes the start of the next. */
	if (select->n == 1) {
		from[1] = select->raw_count;
		return 0;
	}
	if ((ordered = malloc((select->raw_count + 1) * sizeof *ordered)) == NULL)
		return CM_ENOMEM;
	for (i = 0; i < select->raw_count; i++)
		ordered[from[select->raw[i].bucket + 1]++] = select->raw[i];
	free(select->raw);
	select->raw = ordered;
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

/* Sums up what was read: the coarse histogram of each bucket, and its total. */
static int
sum_up(struct cm_selection *select)
{
	int low = CM_COARSE_BINS, high = -1;
	size_t i;

	for (i = 0; i < select->cell_count; i++)
		widen(&low, &high, select->cells[i].bin);
	for (i = 0; i < select->raw_count && select->binned; i++)
		widen(&low, &high, select->raw[i].bin / CM_FINE_PER_COARSE);
	select->low = low;
	select->width = high < low ? 0 : high - low + 1;
	select->total = calloc(select->n, sizeof *select->total);
	select->coarse = calloc(select->n * (size_t)select->width + 1, sizeof *select->coarse);
	select->last_cell = calloc(select->n * (size_t)select->width + 1, sizeof *select->last_cell);
	if (select->total == NULL || select->coarse == NULL || select->last_cell == NULL)
		return CM_ENOMEM;
	for (i = 0; i < select->cell_count; i++) {
		struct cell *cell = &select->cells[i];
		size_t at = cell->bucket * (size_t)select->width + (size_t)(cell->bin - low);

		cm_sum_add(&select->total[cell->bucket], cell->sum.n, cell->sum.us);
		cm_sum_add(&select->coarse[at], cell->sum.n, cell->sum.us);
		cell->next = select->last_cell[at];
		select->last_cell[at] = (uint32_t)i + 1;
	}
	for (i = 0; i < select->raw_count; i++) {
		const struct raw *raw = &select->raw[i];
		size_t at = raw->bucket * (size_t)select->width + (size_t)(raw->bin / CM_FINE_PER_COARSE - low);

		cm_sum_add(&select->total[raw->bucket], raw->n, raw->n * raw->value_us);
		if (select->binned)
			cm_sum_add(&select->coarse[at], raw->n, raw->n * raw->value_us);
	}
	return 0;
}

static int
cut(struct cm_selection *select)
{
	const struct cm_scope *scope = cm_filter_scope(select->filter);
	bool thin = false;
	size_t i;
	int rc;

	if ((rc = cm_filter_sieve(select->store, select->filter, &select->sieve)) < 0 ||
	    (rc = cm_store_pruned_before(select->store, &select->pruned_before)) < 0 || (rc = is_thin(select, &thin)) < 0 ||
	    (rc = thin ? cut_raw(select) : cm_window_cut(select->store, select->filter, select->edges, select->n, &select->cut)) < 0)
		return rc;
	select->exact = select->cut.exact;
	if ((select->exactness = calloc(select->n, sizeof *select->exactness)) == NULL)
		return CM_ENOMEM;
	for (i = 0; i < select->n; i++)
		select->exactness[i].is_not = cm_edge_moves(scope, select->edges[i], select->pruned_before) ||
		    cm_edge_moves(scope, select->edges[i + 1], select->pruned_before);
	return 0;
}

static int
finish(struct cm_selection *select)
{
	size_t i;
	int rc;

	for (i = 0; i < select->cut.count; i++)
		select->binned |= select->cut.pieces[i].resolution_s != 0;
	rc = order_raw(select);
	return rc < 0 ? rc : sum_up(select);
}

static int
read_all(struct cm_selection **selects, size_t count)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < count && rc == 0; i++)
		rc = cut(selects[i]);
	if (rc < 0 || (rc = read_coarse(selects, count)) < 0)
		return rc;
	for (i = 0; i < count; i++)
		if (selects[i]->cut.count > 1 && is_better_raw(selects[i]))
			make_raw(selects[i]);
	if ((rc = read_edges(selects, count, true)) < 0 || (rc = read_edges(selects, count, false)) < 0)
		return rc;
	for (i = 0; i < count && rc == 0; i++)
		rc = finish(selects[i]);
	return rc;
}

int
cm_selection_init(struct cm_store *store, const struct cm_filter *filter, const struct cm_kind *const *kinds, size_t count,
    const cm_us *edges, size_t n, struct cm_selection **selects)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < count; i++) {
		if ((selects[i] = calloc(1, sizeof *selects[i])) == NULL)
			rc = CM_ENOMEM;
		else
			*selects[i] = (struct cm_selection){ .store = store, .filter = filter, .kind = kinds[i], .edges = edges, .n = n,
				.cell_most = CELLS_MOST + n * CELLS_EACH };
	}
	if (rc == 0)
		rc = read_all(selects, count);
	if (rc < 0)
		cm_selection_done(selects, count);
	return rc;
}

static void
done(struct cm_selection *select)
{
	if (select == NULL)
		return;
	cm_cut_done(&select->cut);
	free(select->cells);
	free(select->raw);
	free(select->raw_from);
	free(select->total);
	free(select->coarse);
	free(select->last_cell);
	free(select->exactness);
	free(select);
}

void
cm_selection_done(struct cm_selection **selects, size_t count)
{
	while (count-- > 0)
		done(selects[count]);
}

int64_t
cm_selection_count(const struct cm_selection *select, size_t bucket)
{
	return select->total[bucket].n;
}

int64_t
cm_selection_sum_us(const struct cm_selection *select, size_t bucket)
{
	return select->total[bucket].us;
}

bool
cm_selection_is_exact(const struct cm_selection *select, size_t bucket, double *error_pct)
{
	*error_pct = select->exactness[bucket].error_pct;
	return !select->exactness[bucket].is_not;
}

bool
cm_selection_is_all_exact(const struct cm_selection *select)
{
	return select->exact;
}
