/* select_rank: the k-th smallest values of buckets of an answer, step by step and all together; see select.h. */
#include "config.h"

#include "select_own.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "pending.h"

/* The fine bins of one coarse one. */
struct fine {
	struct cm_select *select;
	size_t bucket;
	int coarse;
	struct sum bins[CM_FINE_PER_COARSE];
};

/* The values of one fine bin. */
struct heap {
	struct cm_select *select;
	size_t bucket;
	int bin;
	int64_t count;			/* as the rollups say */
	int64_t read;
	int64_t *values;
};

/* A rank on its way. */
struct quest {
	int64_t rank;			/* within what is known of it */
	int64_t *value_us;
	struct fine *fine;		/* the fine bins that it lies in; NULL: answered */
	struct heap *heap;		/* the bin that it lies in; NULL: answered */
	bool picked;			/* answered by a server */
};

/* All of them, and what they lie in, each once. */
struct search {
	struct quest *quests;
	size_t quest_count;
	struct fine *fines;
	size_t fine_count;
	struct heap *heaps;
	size_t heap_count;
	const unsigned char *lets;	/* series that the filter lets through; NULL: all */
	size_t lets_count;
};

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

/* The fine bins of a coarse one, which another rank of the bucket may lie in too. */
static struct fine *
fine_of(struct search *search, struct cm_select *select, size_t bucket, int coarse)
{
	struct fine *fine = search->fines + search->fine_count;

	while (fine > search->fines && fine[-1].select == select && fine[-1].bucket == bucket)
		if ((--fine)->coarse == coarse)
			return fine;
	fine = &search->fines[search->fine_count++];
	*fine = (struct fine){ .select = select, .bucket = bucket, .coarse = coarse };
	return fine;
}

static struct heap *
heap_of(struct search *search, const struct fine *fine, int bin, int64_t count)
{
	struct heap *heap = search->heaps + search->heap_count;

	while (heap > search->heaps && heap[-1].select == fine->select && heap[-1].bucket == fine->bucket)
		if ((--heap)->bin == bin)
			return heap;
	heap = &search->heaps[search->heap_count++];
	*heap = (struct heap){ .select = fine->select, .bucket = fine->bucket, .bin = bin, .count = count };
	return heap;
}

/* What the coarse bins say of a rank. */
static int
start(struct search *search, const struct cm_rank *asked, struct quest *quest)
{
	struct cm_select *select = asked->select;
	size_t bucket = asked->bucket;
	const struct sum *bins = select->coarse + bucket * (size_t)select->width;
	int coarse;

	*quest = (struct quest){ .rank = asked->rank, .value_us = asked->value_us };
	if (!select->binned && select->edges[bucket] >= select->pruned_before)
		return pick_loose(select, bucket, asked->rank, quest->value_us);
	if ((coarse = find_bin(bins, select->width, &quest->rank)) < 0)
		return CM_ESTORE;
	if (bins[coarse].n == 1 && select->edges[bucket] >= select->pruned_before)
		*quest->value_us = bins[coarse].us;
	else
		quest->fine = fine_of(search, select, bucket, coarse + select->low);
	return 0;
}

static void
add_loose(struct fine *fine)
{
	const struct cm_select *select = fine->select;
	const struct loose *loose = select->loose + select->loose_from[fine->bucket];
	const struct loose *end = select->loose + select->loose_from[fine->bucket + 1];

	for (; loose < end; loose++)
		if (loose->bin / CM_FINE_PER_COARSE == fine->coarse)
			cm_sum_add(&fine->bins[loose->bin % CM_FINE_PER_COARSE], loose->n, loose->n * loose->value_us);
}

/* Adds a look for each piece that a coarse bin was seen in. */
static int
look_at_fine(struct cm_looks *looks, struct fine *fine)
{
	const struct cm_select *select = fine->select;
	struct cm_look look = { .kind = select->kind, .bin = fine->coarse, .of = fine };
	size_t i;
	int rc = 0;

	for (i = 0; i < select->cut.count && rc == 0; i++)
		if (select->seen[i][fine->coarse] && part_of(select, &select->cut.pieces[i], fine->bucket, &look.piece))
			rc = cm_looks_add(looks, &look);
	return rc;
}

static int
take_fine(void *arg, const struct cm_look *look, const struct cm_rows *rows)
{
	struct fine *fine = look->of;

	(void)arg;
	cm_sum_add(&fine->bins[cm_rows_int(rows, 0) % CM_FINE_PER_COARSE], cm_rows_int(rows, 1), cm_rows_int(rows, 2));
	return 0;
}

static int
read_fines(struct search *search)
{
	const struct cm_select *any = search->fines[0].select;
	struct cm_looks looks = { 0 };
	size_t i;
	int rc = 0;

	for (i = 0; i < search->fine_count && rc == 0; i++) {
		add_loose(&search->fines[i]);
		rc = look_at_fine(&looks, &search->fines[i]);
	}
	if (rc == 0)
		rc = cm_looks_read(any->store, any->filter, &cm_select_bins_summed, &looks, take_fine, NULL);
	cm_looks_done(&looks);
	return rc;
}

/* What the fine bins say of a rank. */
static int
narrow(struct search *search, struct quest *quest)
{
	struct fine *fine = quest->fine;
	struct cm_select *select = fine->select;
	int at = find_bin(fine->bins, CM_FINE_PER_COARSE, &quest->rank);
	int bin = fine->coarse * CM_FINE_PER_COARSE + at;
	int64_t floor_us = cm_bin_floor_us(bin), top_us = cm_bin_floor_us(bin + 1) - 1;

	if (at < 0)
		return CM_ESTORE;
	if (top_us == floor_us)
		*quest->value_us = floor_us;
	else if (select->edges[fine->bucket] < select->pruned_before)
		answer_bin(select, floor_us, top_us, quest->value_us);
	else if (fine->bins[at].n == 1)
		*quest->value_us = fine->bins[at].us;
	else
		quest->heap = heap_of(search, fine, bin, fine->bins[at].n);
	return 0;
}

/* The look at a fine bin of the facts themselves. */
static struct cm_look
look_at_heap(const struct heap *heap)
{
	const struct cm_select *select = heap->select;

	return (struct cm_look){ .piece = { .from = select->edges[heap->bucket], .to = select->edges[heap->bucket + 1] },
		.kind = select->kind, .bin = heap->bin };
}

/* Keeps a value that the filter lets through. */
static int
take_value(void *arg, const struct cm_look *look, const struct cm_rows *rows)
{
	const struct search *search = arg;
	struct heap *heap = look->of;
	size_t series_id;

	if (search->lets != NULL) {
		series_id = (size_t)cm_rows_int(rows, 1);
		if (series_id >= search->lets_count || !search->lets[series_id])
			return 0;
	}
	heap->values[heap->read++] = cm_rows_int(rows, 0);
	return heap->read == heap->count;
}

/* Gives a heap its values; CM_ESTORE where there are fewer than the rollups count: then the law is broken, and no answer is better
 * than a wrong one. */
static int
read_heap(struct search *search, struct heap *heap)
{
	static const struct cm_view latencies = { .one = "values-in-bin" }, calls = { .one = "values-in-bin-call" };
	const struct cm_select *select = heap->select;
	struct cm_look look = look_at_heap(heap);
	struct cm_looks looks = { .looks = &look, .count = 1 };
	int rc;

	look.of = heap;
	rc = cm_looks_read(select->store, select->filter, cm_select_is_call(select) ? &calls : &latencies, &looks, take_value, search);
	return rc == 0 && heap->read < heap->count ? CM_ESTORE : rc;
}

/* Answers the ranks that lie in a heap. */
static int
search_heap(struct search *search, struct heap *heap)
{
	size_t i;
	int rc;

	if ((heap->values = malloc((size_t)heap->count * sizeof *heap->values)) == NULL)
		return CM_ENOMEM;
	rc = read_heap(search, heap);
	for (i = 0; i < search->quest_count && rc == 0; i++)
		if (search->quests[i].heap == heap)
			*search->quests[i].value_us = cm_select_value(heap->values, (size_t)heap->count, (size_t)search->quests[i].rank);
	free(heap->values);
	return rc;
}

static int
search_heaps(struct search *search)
{
	const struct cm_select *any = search->heaps[0].select;
	size_t i;
	int rc = 0;

	if (strcmp(cm_filter_scope(any->filter)->name, "all") != 0)
		rc = cm_filter_series(any->store, any->filter, &search->lets, &search->lets_count);
	for (i = 0; i < search->heap_count && rc == 0; i++)
		rc = search_heap(search, &search->heaps[i]);
	return rc;
}

/* Takes a value that a server picked. */
static int
take_pick(void *arg, const struct cm_look *look, const struct cm_rows *rows)
{
	struct quest *quest = look->of;

	(void)arg;
	*quest->value_us = cm_rows_int(rows, 0);
	quest->picked = true;
	return 0;
}

/* Lets a server pick the values of ranks, since it would take longer to send all that they are picked from. */
static int
pick_there(struct search *search, bool of_calls)
{
	static const struct cm_view latencies = { .many = "value-of-rank-many", .columns = 1 };
	static const struct cm_view calls = { .many = "value-of-rank-call-many", .columns = 1 };
	const struct cm_select *any = search->heaps[0].select;
	struct cm_looks looks = { 0 };
	struct cm_look look;
	size_t i;
	int rc = 0;

	for (i = 0; i < search->quest_count && rc == 0; i++) {
		struct quest *quest = &search->quests[i];

		if (quest->heap == NULL || cm_select_is_call(quest->heap->select) != of_calls)
			continue;
		look = look_at_heap(quest->heap);
		look.of = quest;
		look.rank = quest->rank;
		rc = cm_looks_add(&looks, &look);
	}
	if (rc == 0)
		rc = cm_looks_read(any->store, any->filter, of_calls ? &calls : &latencies, &looks, take_pick, NULL);
	cm_looks_done(&looks);
	return rc;
}

/* CM_ESTORE where a bin holds fewer than the rank; see read_heap. */
static int
search_there(struct search *search)
{
	size_t i;
	int rc;

	if ((rc = pick_there(search, true)) < 0 || (rc = pick_there(search, false)) < 0)
		return rc;
	for (i = 0; i < search->quest_count; i++)
		if (search->quests[i].heap != NULL && !search->quests[i].picked)
			return CM_ESTORE;
	return 0;
}

static int
search_bins(struct search *search)
{
	return cm_store_is_remote(search->heaps[0].select->store) ? search_there(search) : search_heaps(search);
}

static int
search_all(struct search *search, const struct cm_rank *ranks)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < search->quest_count && rc == 0; i++)
		rc = start(search, &ranks[i], &search->quests[i]);
	if (rc == 0 && search->fine_count > 0)
		rc = read_fines(search);
	for (i = 0; i < search->quest_count && rc == 0; i++)
		if (search->quests[i].fine != NULL)
			rc = narrow(search, &search->quests[i]);
	if (rc == 0 && search->heap_count > 0)
		rc = search_bins(search);
	return rc;
}

int
cm_select_ranks(const struct cm_rank *ranks, size_t count)
{
	struct search search = { .quests = calloc(count, sizeof *search.quests), .quest_count = count,
		.fines = calloc(count, sizeof *search.fines), .heaps = calloc(count, sizeof *search.heaps) };
	int rc = CM_ENOMEM;

	if (count == 0)
		rc = 0;
	else if (search.quests != NULL && search.fines != NULL && search.heaps != NULL)
		rc = search_all(&search, ranks);
	free(search.quests);
	free(search.fines);
	free(search.heaps);
	return rc;
}
