/* tally: how many calls came to what; see tally.h. */
#include "config.h"

#include "tally.h"

#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "error.h"
#include "filter_series.h"
#include "outcome.h"
#include "packs_read.h"

struct counts {
	int64_t n;
	int64_t with_transcript;
	int64_t timed;
	int64_t duration_sum_us;
};

/* Adds calls of one outcome to a tally. */
static void
add_outcome(struct cm_tally *tally, const struct cm_outcome *outcome, const struct counts *counts)
{
	int status = outcome->status, direction = outcome->direction, reason = outcome->reason;

	tally->total += counts->n;
	if (status >= 0)
		tally->by_status[status] += counts->n;
	if (direction >= 0)
		tally->by_direction[direction] += counts->n;
	if (status > CM_ACTIVE && direction >= 0)
		tally->ended_by[status][direction] += counts->n;
	if (reason >= 0)
		tally->by_reason[reason] += counts->n;
	tally->with_transcript += counts->with_transcript;
	tally->timed += counts->timed;
	tally->duration_sum_us += counts->duration_sum_us;
}

/* Pieces that are the same but for being added or taken, which are read once: where two buckets meet, what one has too much
 * is often what the other lacks. */
struct alike {
	const struct cm_piece *pieces[2 * CM_PIECES_MAX];
	size_t count;
};

static bool
are_alike(const struct cm_piece *a, const struct cm_piece *b)
{
	return a->resolution_s == b->resolution_s && a->from == b->from && a->to == b->to && a->count == 1 && b->count == 1;
}

/* Those of a cut that are like the i-th, from it on; none where an earlier one is.  Long cuts are not searched. */
static struct alike
alike_of(const struct cm_cut *cut, size_t i)
{
	struct alike alike = { .count = 0 };
	size_t k, end = cut->count <= nitems(alike.pieces) ? cut->count : 0;

	for (k = 0; k < end && k < i; k++)
		if (are_alike(&cut->pieces[k], &cut->pieces[i]))
			return alike;
	alike.pieces[alike.count++] = &cut->pieces[i];
	for (k = i + 1; k < end; k++)
		if (are_alike(&cut->pieces[k], &cut->pieces[i]))
			alike.pieces[alike.count++] = &cut->pieces[k];
	return alike;
}

static struct counts
negative(const struct counts *counts)
{
	struct counts less = { .n = -counts->n, .with_transcript = -counts->with_transcript, .timed = -counts->timed,
		.duration_sum_us = -counts->duration_sum_us };

	return less;
}

/* What an answer counts into. */
struct counted {
	const cm_us *edges;
	struct cm_tally *tallies;
	struct cm_filter_series *sieve;	/* NULL: all calls that are read count */
};

/* Adds calls of one outcome to each of the pieces that are alike. */
static void
add_to_alike(const struct counted *counted, const struct alike *alike, cm_us at, const struct cm_outcome *outcome,
    const struct counts *counts)
{
	struct counts less = negative(counts);
	size_t i;

	for (i = 0; i < alike->count; i++)
		add_outcome(&counted->tallies[cm_piece_bucket(alike->pieces[i], counted->edges, at)], outcome,
		    alike->pieces[i]->minus ? &less : counts);
}

/* A call, or on a server calls that came to the same. */
static int
take_row(void *arg, const struct cm_probe *look, const struct cm_rows *rows)
{
	const struct counted *counted = arg;
	const struct cm_outcome outcome = cm_outcome_of(cm_rows_text(rows, 1), cm_rows_text(rows, 6), cm_rows_text(rows, 7));
	struct counts counts = { .n = cm_rows_int(rows, 2), .with_transcript = cm_rows_int(rows, 3), .timed = cm_rows_int(rows, 4),
		.duration_sum_us = cm_rows_int(rows, 5) };
	int rc;

	if (counted->sieve != NULL && (rc = cm_filter_series_lets(counted->sieve, cm_rows_int(rows, 8))) <= 0)
		return rc;
	/* It comes with the sign of the piece that it is read for. */
	if (look->piece.minus)
		counts = negative(&counts);
	add_to_alike(counted, look->of, cm_rows_int(rows, 0), &outcome, &counts);
	return 0;
}

/* A pack that is read bin by bin. */
struct counting {
	const struct counted *counted;
	const struct alike *alike;
	cm_us at;
};

static int
take_bin(void *arg, const struct cm_bin_sum *sum)
{
	const struct counting *counting = arg;
	const struct cm_outcome outcome = cm_outcome_numbered(sum->bin / CM_OUTCOME_BINS);
	struct counts counts = { 0 };

	if (sum->bin >= CM_OUTCOMES * CM_OUTCOME_BINS)
		return CM_ESTORE;
	switch (sum->bin % CM_OUTCOME_BINS) {
	case CM_OUTCOME_CALLS:
		counts.n = sum->n;
		break;
	case CM_OUTCOME_TRANSCRIPTS:
		counts.with_transcript = sum->n;
		break;
	default:
		counts.timed = sum->n;
		counts.duration_sum_us = sum->sum;
	}
	add_to_alike(counting->counted, counting->alike, counting->at, &outcome, &counts);
	return 0;
}

static int
take_pack(void *arg, const struct cm_probe *look, const struct cm_pack_key *key, const struct cm_pack *pack)
{
	struct counting counting = { .counted = arg, .alike = look->of, .at = key->bucket_s * CM_SECOND_US };

	return cm_pack_each(pack, take_bin, &counting);
}

/* Looks at the first of those that are alike: of buckets, or raw. */
static int
tally_pieces(struct cm_store *store, const struct cm_filter *filter, struct alike *alike, size_t count, bool raw,
    struct counted *counted)
{
	static const struct cm_view all = { "calls-raw", "calls-raw-many", 8 }, of_tenant = { "calls-raw-of", "calls-raw-of-many", 8 };
	const struct cm_view *raw_view = (cm_filter_labels(filter) & CM_LABEL_TENANT) != 0 ? &of_tenant : &all;
	struct cm_probes looks = { 0 };
	size_t i;
	int rc = 0;

	for (i = 0; i < count && rc == 0; i++) {
		const struct cm_probe look = { .piece = *alike[i].pieces[0], .of = &alike[i] };

		if ((look.piece.resolution_s == 0) == raw)
			rc = cm_probes_add(&looks, &look);
	}
	if (rc == 0)
		rc = raw ? cm_probes_read(store, filter, raw_view, &looks, take_row, counted)
			: cm_packs_read(store, filter, &looks, take_pack, counted);
	cm_probes_done(&looks);
	return rc;
}

static int
tally_cut(struct cm_store *store, const struct cm_filter *filter, const struct cm_cut *cut, struct counted *counted)
{
	struct alike *alike = calloc(cut->count + 1, sizeof *alike);
	size_t i, count = 0;
	int rc;

	if (alike == NULL)
		return CM_ENOMEM;
	for (i = 0; i < cut->count; i++) {
		alike[count] = alike_of(cut, i);
		count += alike[count].count > 0;
	}
	if ((rc = tally_pieces(store, filter, alike, count, false, counted)) == 0)
		rc = tally_pieces(store, filter, alike, count, true, counted);
	free(alike);
	return rc;
}

int
cm_tally_buckets(struct cm_store *store, const struct cm_filter *filter, const cm_us *edges, size_t n, struct cm_tally *out)
{
	struct counted counted = { .edges = edges, .tallies = out };
	struct cm_cut cut;
	int rc;

	memset(out, 0, n * sizeof *out);
	if ((rc = cm_filter_sieve(store, filter, &counted.sieve)) < 0 || (rc = cm_window_cut(store, filter, edges, n, &cut)) < 0)
		return rc;
	rc = tally_cut(store, filter, &cut, &counted);
	cm_cut_done(&cut);
	return rc < 0 ? rc : 0;
}

int
cm_tally(struct cm_store *store, const struct cm_window *window, struct cm_tally *out)
{
	const cm_us edges[] = { window->from, window->to };

	return cm_tally_buckets(store, &window->filter, edges, 1, out);
}

int64_t
cm_tally_ended(const struct cm_tally *tally)
{
	return tally->total - tally->by_status[CM_ACTIVE];
}

struct cm_ratio
cm_tally_success_pct(const struct cm_tally *tally)
{
	return (struct cm_ratio){ 100 * tally->by_status[CM_COMPLETED], cm_tally_ended(tally) };
}

struct cm_ratio
cm_tally_mean_s(const struct cm_tally *tally)
{
	return (struct cm_ratio){ tally->duration_sum_us, tally->timed * CM_SECOND_US };
}

struct cm_ratio
cm_tally_transcript_pct(const struct cm_tally *tally)
{
	return (struct cm_ratio){ 100 * tally->with_transcript, tally->total };
}

int
cm_active_calls(struct cm_store *store, const struct cm_filter *filter, cm_us stale_before, int64_t *active, int64_t *stale)
{
	struct cm_piece ever = { 0 };
	struct cm_bind binds[CM_BINDS_MAX];
	struct cm_rows *rows;
	size_t n;
	int rc;

	n = cm_window_binds(filter, &ever, binds);
	binds[n++] = (struct cm_bind)CM_INT_PARAM("stale_before", stale_before);
	binds[n] = (struct cm_bind){ 0 };
	if ((rc = cm_store_query(store, "calls-active", binds, &rows)) < 0)
		return rc;
	if ((rc = cm_rows_next(rows)) > 0) {
		*active = cm_rows_int(rows, 0);
		*stale = cm_rows_int(rows, 1);
	}
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}

/* What a counter says: what was counted, and of what is due what it does not owe; three columns, one after the other. */
static int64_t
ever(const struct cm_rows *rows, int column)
{
	int64_t counted = cm_rows_int(rows, column), owed = cm_rows_int(rows, column + 1), due = cm_rows_int(rows, column + 2);

	return due > owed ? counted + due - owed : counted;
}

int
cm_tally_ever(struct cm_store *store, const struct cm_filter *filter, struct cm_tally *out)
{
	struct cm_bind binds[CM_BINDS_MAX];
	struct cm_tally tally = { 0 };
	size_t n = cm_filter_binds(filter, binds);
	struct cm_rows *rows;
	int64_t told = 0;
	int rc;

	binds[n + 1] = (struct cm_bind)CM_INT_PARAM("now", cm_now_us());
	binds[n + 2] = (struct cm_bind){ 0 };
	if ((rc = cm_filter_one(store, filter, &binds[n])) < 0 || (rc = cm_store_query(store, "calls-ever", binds, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0) {
		const char *text = cm_rows_text(rows, 0);
		const struct cm_outcome outcome = cm_outcome_split(text);
		const struct counts counts = { .n = ever(rows, 1), .timed = ever(rows, 4), .duration_sum_us = ever(rows, 7) };

		if (strcmp(text, CM_COUNTED_TOLD) == 0)
			told += counts.n;
		else
			add_outcome(&tally, &outcome, &counts);
	}
	cm_rows_done(rows);
	if (rc < 0)
		return rc;
	/* Of other labels only those are told that a database of an older version had counted, and that had not ended. */
	tally.total = cm_counters_tell(cm_filter_scope(filter)) ? told : tally.total + told;
	*out = tally;
	return 0;
}
