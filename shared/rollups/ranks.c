/* ranks: the k-th smallest values of buckets of an answer, step by step and all together; see ranks.h. */
#include "config.h"

#include "ranks_own.h"

#include <stdlib.h>

#include "array.h"
#include "error.h"

/* The fine bins of one coarse one. */
struct fine {
	struct cm_selection *select;
	size_t bucket;
	int coarse;
	struct sum bins[CM_FINE_PER_COARSE];
};

#define NO_RANK SIZE_MAX

/* The values of one fine bin. */
struct bin_values {
	struct cm_selection *select;
	size_t bucket;
	int bin;
	int64_t count;			/* as the rollups say */
	int64_t read;
	int64_t *values;
	size_t first, last;		/* the ranks that lie in it are among these */
};

/* A rank on its way. */
struct rank_search {
	int64_t rank;			/* within what is known of it */
	int64_t *value_us;
	struct fine *fine;		/* the fine bins that it lies in; NULL: answered */
	struct bin_values *in_bin;		/* the bin that it lies in; NULL: answered */
	bool picked;			/* answered by a server */
};

/* All of them, and what they lie in, each once. */
struct search {
	struct rank_search *searches;
	size_t quest_count;
	struct fine *fines;
	size_t fine_count;
	struct bin_values *bin_values;
	size_t bin_count;
};

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
pick_raw(const struct cm_selection *select, size_t bucket, int64_t rank, int64_t *out_us)
{
	size_t from = select->raw_from[bucket], count = select->raw_from[bucket + 1] - from, i;
	int64_t *values = malloc(count * sizeof *values);

	if (values == NULL)
		return CM_ENOMEM;
	for (i = 0; i < count; i++)
		values[i] = select->raw[from + i].value_us;
	*out_us = cm_selection_value(values, count, (size_t)rank);
	free(values);
	return 0;
}

/* The answer where raw values are gone: the upper end of the bin, and by how much that may be too high. */
static void
answer_bin(struct cm_selection *select, size_t bucket, int64_t floor_us, int64_t top_us, int64_t *out_us)
{
	double error_pct = 100.0 * (double)(top_us - floor_us) / (double)floor_us;
	struct exactness *exactness = &select->exactness[bucket];

	*out_us = top_us;
	select->exact = false;
	exactness->is_not = true;
	if (error_pct > exactness->error_pct)
		exactness->error_pct = error_pct;
}

/* The fine bins of a coarse one, which another rank of the bucket may lie in too. */
static struct fine *
fine_of(struct search *search, struct cm_selection *select, size_t bucket, int coarse)
{
	struct fine *fine = search->fines + search->fine_count;

	while (fine > search->fines && fine[-1].select == select && fine[-1].bucket == bucket)
		if ((--fine)->coarse == coarse)
			return fine;
	fine = &search->fines[search->fine_count++];
	*fine = (struct fine){ .select = select, .bucket = bucket, .coarse = coarse };
	return fine;
}

static struct bin_values *
values_of_bin(struct search *search, const struct fine *fine, int bin, int64_t count)
{
	struct bin_values *in_bin = search->bin_values + search->bin_count;

	while (in_bin > search->bin_values && in_bin[-1].select == fine->select && in_bin[-1].bucket == fine->bucket)
		if ((--in_bin)->bin == bin)
			return in_bin;
	in_bin = &search->bin_values[search->bin_count++];
	*in_bin = (struct bin_values){ .select = fine->select, .bucket = fine->bucket, .bin = bin, .count = count, .first = NO_RANK };
	return in_bin;
}

/* What the coarse bins say of a rank. */
static int
start(struct search *search, const struct cm_rank *asked, struct rank_search *rank_search)
{
	struct cm_selection *select = asked->select;
	size_t bucket = asked->bucket;
	const struct sum *bins = select->coarse + bucket * (size_t)select->width;
	int coarse;

	*rank_search = (struct rank_search){ .rank = asked->rank, .value_us = asked->value_us };
	if (!select->binned && select->edges[bucket] >= select->pruned_before)
		return pick_raw(select, bucket, asked->rank, rank_search->value_us);
	if ((coarse = find_bin(bins, select->width, &rank_search->rank)) < 0)
		return CM_ESTORE;
	if (bins[coarse].n == 1 && select->edges[bucket] >= select->pruned_before)
		*rank_search->value_us = bins[coarse].us;
	else
		rank_search->fine = fine_of(search, select, bucket, coarse + select->low);
	return 0;
}

static void
add_raw(struct fine *fine)
{
	const struct cm_selection *select = fine->select;
	size_t i;

	for (i = select->raw_from[fine->bucket]; i < select->raw_from[fine->bucket + 1]; i++) {
		const struct raw *raw = &select->raw[i];

		if (raw->bin / CM_FINE_PER_COARSE == fine->coarse)
			cm_sum_add(&fine->bins[raw->bin % CM_FINE_PER_COARSE], raw->n, raw->n * raw->value_us);
	}
}

/* Parts of packs that are to be read. */
struct parts {
	struct cm_pack_part *parts;
	size_t count;
	size_t room;
};

/* Adds the part of each pack that has something in a coarse bin, where that is known. */
static int
ask_for_parts(struct parts *parts, struct fine *fine)
{
	const struct cm_selection *select = fine->select;
	uint32_t at = select->added_up ? 0 : select->last_cell[fine->bucket * (size_t)select->width + (size_t)(fine->coarse - select->low)];

	while (at != 0) {
		const struct cell *cell = &select->cells[at - 1];

		if (!CM_ARRAY_GROWS(parts->parts, parts->count, parts->room))
			return CM_ENOMEM;
		parts->parts[parts->count++] = (struct cm_pack_part){ .pack_id = cell->pack_id, .from = cell->from, .bytes = cell->bytes,
			.of = fine, .minus = cell->sum.n < 0 };
		at = cell->next;
	}
	return 0;
}

static int
add_fine(struct fine *fine, struct cm_blob blob, bool minus)
{
	struct cm_bin_sum sums[CM_FINE_PER_COARSE];
	int i, sign = minus ? -1 : 1, count = cm_fine_read(false, fine->coarse, blob, sums);

	for (i = 0; i < count; i++)
		cm_sum_add(&fine->bins[sums[i].bin % CM_FINE_PER_COARSE], sign * sums[i].n, sign * sums[i].sum);
	return count < 0 ? count : 0;
}

static int
take_part(void *arg, const struct cm_pack_part *part, struct cm_blob blob)
{
	(void)arg;
	return add_fine(part->of, blob, part->minus);
}

/* What is asked of a selection whose packs are read again: the fine bins of bucket b are from from[b] to below from[b + 1]. */
struct again {
	struct fine *fines;
	size_t *from;
};

static int
take_again(void *arg, const struct cm_probe *look, const struct cm_pack_key *key, const struct cm_pack *pack)
{
	const struct cm_selection *select = look->of;
	const struct again *again = arg;
	size_t bucket = cm_piece_bucket(&look->piece, select->edges, key->bucket_s * CM_SECOND_US), i;
	struct cm_coarse_reader reader = { .left = pack->coarse };
	struct cm_coarse_bin coarse;
	int rc;

	if (again->from[bucket] == again->from[bucket + 1])
		return 0;
	while ((rc = cm_coarse_next(&reader, &coarse)) > 0) {
		const struct cm_blob part = { pack->fine.bytes + coarse.from, coarse.bytes };

		if (coarse.from > pack->fine.count || coarse.bytes > pack->fine.count - coarse.from)
			return CM_ESTORE;
		for (i = again->from[bucket]; i < again->from[bucket + 1]; i++)
			if (again->fines[i].coarse == coarse.sum.bin && (rc = add_fine(&again->fines[i], part, look->piece.minus)) < 0)
				return rc;
	}
	return rc;
}

/* Those of one selection, some in a row and in order of their buckets: its packs are read again. */
static int
read_fines_again(struct fine *fines, size_t count)
{
	struct cm_selection *select = fines->select;
	struct again again = { fines, calloc(select->n + 1, sizeof *again.from) };
	struct cm_probes looks = { 0 };
	size_t i, b;
	int rc = CM_ENOMEM;

	if (again.from != NULL && (rc = cm_selection_looks(select, false, &looks)) == 0) {
		for (i = 0, b = 0; b <= select->n; b++) {
			while (i < count && fines[i].bucket < b)
				i++;
			again.from[b] = i;
		}
		rc = cm_packs_read_again(select->store, select->filter, &looks, take_again, &again);
	}
	cm_probes_done(&looks);
	free(again.from);
	return rc;
}

/* The same of all selections whose cells were added up. */
static int
read_added_up(const struct search *search)
{
	size_t i, end;
	int rc = 0;

	for (i = 0; i < search->fine_count && rc == 0; i = end) {
		for (end = i + 1; end < search->fine_count && search->fines[end].select == search->fines[i].select; end++)
			continue;
		if (search->fines[i].select->added_up)
			rc = read_fines_again(&search->fines[i], end - i);
	}
	return rc;
}

/* Notes what was read of the fine bins, as it is of the facts. */
static int
note_fine(const struct fine *fine)
{
	const struct cm_selection *select = fine->select;
	const struct cm_probe look = { .piece = { .from = select->edges[fine->bucket], .to = select->edges[fine->bucket + 1] },
		.kind = select->kind->name, .bin = fine->coarse };
	int i, count = 0;

	for (i = 0; i < CM_FINE_PER_COARSE; i++)
		count += fine->bins[i].n != 0;
	return cm_packs_note_fine(select->store, select->filter, &look, count);
}

static int
read_fines(struct search *search)
{
	struct parts parts = { 0 };
	size_t i;
	int rc = 0;

	for (i = 0; i < search->fine_count && rc == 0; i++) {
		add_raw(&search->fines[i]);
		rc = ask_for_parts(&parts, &search->fines[i]);
	}
	if (rc == 0)
		rc = cm_packs_read_parts(search->fines[0].select->store, parts.parts, parts.count, take_part, NULL);
	if (rc == 0)
		rc = read_added_up(search);
	for (i = 0; i < search->fine_count && rc == 0; i++)
		rc = note_fine(&search->fines[i]);
	free(parts.parts);
	return rc;
}

/* A rank lies in a bin; those that lie in one are asked for one after the other, or nearly. */
static void
join_bin(struct search *search, struct rank_search *rank_search, struct bin_values *in_bin)
{
	size_t at = (size_t)(rank_search - search->searches);

	rank_search->in_bin = in_bin;
	if (in_bin->first == NO_RANK)
		in_bin->first = at;
	in_bin->last = at;
}

/* What the fine bins say of a rank. */
static int
narrow(struct search *search, struct rank_search *rank_search)
{
	struct fine *fine = rank_search->fine;
	struct cm_selection *select = fine->select;
	int at = find_bin(fine->bins, CM_FINE_PER_COARSE, &rank_search->rank);
	int bin = fine->coarse * CM_FINE_PER_COARSE + at;
	int64_t floor_us = cm_bin_floor_us(bin), top_us = cm_bin_floor_us(bin + 1) - 1;

	if (at < 0)
		return CM_ESTORE;
	if (top_us == floor_us)
		*rank_search->value_us = floor_us;
	else if (select->edges[fine->bucket] < select->pruned_before)
		answer_bin(select, fine->bucket, floor_us, top_us, rank_search->value_us);
	else if (fine->bins[at].n == 1)
		*rank_search->value_us = fine->bins[at].us;
	else
		join_bin(search, rank_search, values_of_bin(search, fine, bin, fine->bins[at].n));
	return 0;
}

/* The look at a fine bin of the facts themselves. */
static struct cm_probe
probe_of_bin(const struct bin_values *in_bin)
{
	const struct cm_selection *select = in_bin->select;

	return (struct cm_probe){ .piece = { .from = select->edges[in_bin->bucket], .to = select->edges[in_bin->bucket + 1] },
		.kind = select->kind->name, .bin = in_bin->bin };
}

/* Keeps a value that the filter lets through. */
static int
take_value(void *arg, const struct cm_probe *look, const struct cm_rows *rows)
{
	struct bin_values *in_bin = look->of;
	int rc;

	(void)arg;
	if (in_bin->select->sieve != NULL && (rc = cm_filter_series_lets(in_bin->select->sieve, cm_rows_int(rows, 1))) <= 0)
		return rc;
	in_bin->values[in_bin->read++] = cm_rows_int(rows, 0);
	return in_bin->read == in_bin->count;
}

/* Gives a in_bin its values; CM_ESTORE where there are fewer than the rollups count: then the law is broken, and no answer is better
 * than a wrong one. */
static int
read_bin_values(struct bin_values *in_bin)
{
	static const struct cm_view views[2][2] = {
		{ { .one = "values-in-bin" }, { .one = "values-in-bin-of" } },
		{ { .one = "values-in-bin-call" }, { .one = "values-in-bin-call-of" } },
	};
	const struct cm_selection *select = in_bin->select;
	const struct cm_view *view = &views[cm_selection_is_call(select)][select->filter->tenant_id != NULL];
	struct cm_probe look = probe_of_bin(in_bin);
	struct cm_probes looks = { .looks = &look, .count = 1 };
	int rc;

	look.of = in_bin;
	rc = cm_probes_read(select->store, select->filter, view, &looks, take_value, NULL);
	return rc == 0 && in_bin->read < in_bin->count ? CM_ESTORE : rc;
}

/* Answers the ranks that lie in a in_bin. */
static int
search_bin_values(struct search *search, struct bin_values *in_bin)
{
	size_t i;
	int rc;

	if ((in_bin->values = malloc((size_t)in_bin->count * sizeof *in_bin->values)) == NULL)
		return CM_ENOMEM;
	rc = read_bin_values(in_bin);
	for (i = in_bin->first; i <= in_bin->last && rc == 0; i++)
		if (search->searches[i].in_bin == in_bin)
			*search->searches[i].value_us = cm_selection_value(in_bin->values, (size_t)in_bin->count,
			    (size_t)search->searches[i].rank);
	free(in_bin->values);
	return rc;
}

static int
search_heaps(struct search *search)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < search->bin_count && rc == 0; i++)
		rc = search_bin_values(search, &search->bin_values[i]);
	return rc;
}

/* Takes a value that a server picked. */
static int
take_pick(void *arg, const struct cm_probe *look, const struct cm_rows *rows)
{
	struct rank_search *rank_search = look->of;

	(void)arg;
	*rank_search->value_us = cm_rows_int(rows, 0);
	rank_search->picked = true;
	return 0;
}

/* Lets a server pick the values of ranks, since it would take longer to send all that they are picked from. */
static int
pick_there(struct search *search, bool of_calls)
{
	static const struct cm_view latencies = { .many = "value-of-rank-many", .columns = 1 };
	static const struct cm_view calls = { .many = "value-of-rank-call-many", .columns = 1 };
	const struct cm_selection *any = search->bin_values[0].select;
	struct cm_probes looks = { 0 };
	struct cm_probe look;
	size_t i;
	int rc = 0;

	for (i = 0; i < search->quest_count && rc == 0; i++) {
		struct rank_search *rank_search = &search->searches[i];

		if (rank_search->in_bin == NULL || cm_selection_is_call(rank_search->in_bin->select) != of_calls)
			continue;
		look = probe_of_bin(rank_search->in_bin);
		look.of = rank_search;
		look.rank = rank_search->rank;
		rc = cm_probes_add(&looks, &look);
	}
	if (rc == 0)
		rc = cm_probes_read(any->store, any->filter, of_calls ? &calls : &latencies, &looks, take_pick, NULL);
	cm_probes_done(&looks);
	return rc;
}

/* CM_ESTORE where a bin holds fewer than the rank; see read_bin_values. */
static int
search_there(struct search *search)
{
	size_t i;
	int rc;

	if ((rc = pick_there(search, true)) < 0 || (rc = pick_there(search, false)) < 0)
		return rc;
	for (i = 0; i < search->quest_count; i++)
		if (search->searches[i].in_bin != NULL && !search->searches[i].picked)
			return CM_ESTORE;
	return 0;
}

static int
search_bins(struct search *search)
{
	return cm_store_is_remote(search->bin_values[0].select->store) ? search_there(search) : search_heaps(search);
}

static int
search_all(struct search *search, const struct cm_rank *ranks)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < search->quest_count && rc == 0; i++)
		rc = start(search, &ranks[i], &search->searches[i]);
	if (rc == 0 && search->fine_count > 0)
		rc = read_fines(search);
	for (i = 0; i < search->quest_count && rc == 0; i++)
		if (search->searches[i].fine != NULL)
			rc = narrow(search, &search->searches[i]);
	if (rc == 0 && search->bin_count > 0)
		rc = search_bins(search);
	return rc;
}

int
cm_ranks_find(const struct cm_rank *ranks, size_t count)
{
	struct search search = { .searches = calloc(count, sizeof *search.searches), .quest_count = count,
		.fines = calloc(count, sizeof *search.fines), .bin_values = calloc(count, sizeof *search.bin_values) };
	int rc = CM_ENOMEM;

	if (count == 0)
		rc = 0;
	else if (search.searches != NULL && search.fines != NULL && search.bin_values != NULL)
		rc = search_all(&search, ranks);
	free(search.searches);
	free(search.fines);
	free(search.bin_values);
	return rc;
}
