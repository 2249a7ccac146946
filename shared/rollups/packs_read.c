/* packs_read: packs of windows; see packs_read.h. */
#include "config.h"

#include "packs_read.h"

#include <stdlib.h>

#include "array.h"
#include "error.h"
#include "filter_series.h"
#include "kinds.h"
#include "outcome.h"
#include "row_batch.h"

enum { PACKS_AT_ONCE = 512, RUNS_AT_ONCE = 4096 };

/* A row of the statement over the facts that a look at packs stands for. */
struct due {
	const struct cm_probe *look;
	int64_t bucket_s;
	int bin;
};

struct reading {
	struct cm_store *store;
	cm_pack_take *take;
	void *arg;
	const struct cm_probes *looks;
	bool counts;
	bool whole;
	bool is_noted;			/* as statements over the facts, where statements are explained */
	struct due *due;		/* where statements are explained */
	size_t due_count;
	size_t due_room;
};

static int
keep_due(struct reading *reading, const struct cm_probe *look, int64_t bucket_s, int bin)
{
	if (!CM_ARRAY_GROWS(reading->due, reading->due_count, reading->due_room))
		return CM_ENOMEM;
	reading->due[reading->due_count++] = (struct due){ look, bucket_s, bin };
	return 0;
}

/* What a bin is a row by: the outcome that it counts, or itself. */
static int
explain_pack(struct reading *reading, const struct cm_probe *look, const struct cm_pack_key *key, const struct cm_pack *pack)
{
	struct cm_coarse_reader reader = { .counts = pack->counts, .left = pack->coarse };
	struct cm_bin_sum fine[CM_FINE_PER_COARSE];
	struct cm_coarse_bin coarse;
	int i, count, rc;

	while ((rc = cm_coarse_next(&reader, &coarse)) > 0) {
		if (!reading->counts && (rc = keep_due(reading, look, key->bucket_s, coarse.sum.bin)) < 0)
			return rc;
		if (!reading->counts)
			continue;
		count = cm_fine_read(true, coarse.sum.bin, (struct cm_blob){ pack->fine.bytes + coarse.from, coarse.bytes }, fine);
		for (i = 0; i < count; i++)
			if ((rc = keep_due(reading, look, key->bucket_s, fine[i].bin / CM_OUTCOME_BINS)) < 0)
				return rc;
	}
	return rc;
}

static int
take_row(struct reading *reading, const struct cm_probe *look, const struct cm_rows *rows)
{
	const struct cm_pack_key key = cm_pack_key_of(cm_rows_int(rows, 0));
	struct cm_pack pack = { .counts = reading->counts };
	int rc;

	pack.coarse.bytes = cm_rows_blob(rows, 1, &pack.coarse.count);
	if (reading->whole)
		pack.fine.bytes = cm_rows_blob(rows, 2, &pack.fine.count);
	if ((rc = reading->take(reading->arg, look, &key, &pack)) < 0 || !reading->is_noted)
		return rc;
	return explain_pack(reading, look, &key, &pack);
}

/* The parameters of a statement over the facts: from when to when, in buckets of which width, which bins, and how many to one. */
static int
note_kept(struct cm_store *store, const struct cm_filter *filter, const struct cm_probe *look, int64_t width_us, int64_t rows)
{
	static const char *const statements[] = { [CM_OF_CALL] = "values-counted-call", [CM_OF_STEP] = "values-counted" };
	const struct cm_kind *kind = look->kind != NULL ? cm_kind_find(look->kind) : NULL;
	bool fine = look->bin >= 0;
	const struct cm_bind more[] = {
		CM_TEXT_PARAM("kind", look->kind), CM_INT_PARAM("from_us", look->piece.from), CM_INT_PARAM("to_us", look->piece.to),
		CM_INT_PARAM("width_us", width_us), CM_INT_PARAM("sign", look->piece.minus ? -1 : 1),
		CM_INT_PARAM("per", fine ? 1 : CM_FINE_PER_COARSE), CM_INT_PARAM("bin_from", fine ? look->bin * CM_FINE_PER_COARSE : 0),
		CM_INT_PARAM("bin_to", fine ? (look->bin + 1) * CM_FINE_PER_COARSE : CM_FINE_BINS),
	};
	struct cm_bind binds[CM_BINDS_MAX];
	size_t i, n = cm_filter_binds(filter, binds);

	for (i = 0; i < nitems(more); i++)
		binds[n++] = more[i];
	binds[n] = (struct cm_bind){ 0 };
	return cm_store_note_kept(store, kind == NULL ? "calls-counted" : statements[kind->of], binds, rows);
}

static int
by_look(const void *one, const void *other)
{
	const struct due *a = one, *b = other;

	if (a->look != b->look)
		return a->look < b->look ? -1 : 1;
	if (a->bucket_s != b->bucket_s)
		return a->bucket_s < b->bucket_s ? -1 : 1;
	return (a->bin > b->bin) - (a->bin < b->bin);
}

/* Notes a statement for each look, with its number of rows. */
static int
note_looks(struct reading *reading, const struct cm_filter *filter, const struct cm_probes *looks)
{
	size_t i, at = 0;
	int rc = 0;

	if (reading->due_count > 0)
		qsort(reading->due, reading->due_count, sizeof *reading->due, by_look);
	for (i = 0; i < looks->count && rc == 0; i++) {
		const struct cm_probe *look = &looks->looks[i];
		int64_t rows = 0;

		for (; at < reading->due_count && reading->due[at].look == look; at++)
			rows += rows == 0 || by_look(&reading->due[at], &reading->due[at - 1]) != 0;
		rc = note_kept(reading->store, filter, look, look->piece.resolution_s * CM_SECOND_US, rows);
	}
	return rc;
}

/* The numbers of the packs of a series that a look is at. */
static size_t
bind_run(const struct cm_probe *look, int64_t series_id, struct cm_bind binds[3])
{
	const struct cm_kind *kind = look->kind != NULL ? cm_kind_find(look->kind) : NULL;
	const struct cm_piece *piece = &look->piece;
	int what = kind != NULL ? CM_PACK_KINDS + kind->number : CM_PACK_COUNTS;
	int64_t first = series_id << CM_PACK_SERIES_AT;

	binds[0] = (struct cm_bind)CM_INT_PARAM("pack_from", first + cm_pack_slot(what, piece->resolution_s, piece->from / CM_SECOND_US));
	binds[1] = (struct cm_bind)CM_INT_PARAM("pack_to", first + cm_pack_slot(what, piece->resolution_s, piece->to / CM_SECOND_US));
	binds[2] = (struct cm_bind){ 0 };
	return 2;
}

static int
read_run(struct reading *reading, const struct cm_probe *look, int64_t series_id)
{
	struct cm_bind binds[3];
	struct cm_rows *rows;
	int rc;

	bind_run(look, series_id, binds);
	if ((rc = cm_store_query(reading->store, reading->whole ? "pack-whole" : "pack-coarse", binds, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0)
		if ((rc = take_row(reading, look, rows)) < 0)
			break;
	cm_rows_done(rows);
	return rc;
}

static int
read_runs(struct reading *reading, const int64_t *series_ids, size_t count)
{
	size_t i, k;
	int rc = 0;

	for (i = 0; i < count; i++)
		for (k = 0; k < reading->looks->count; k++)
			if ((rc = read_run(reading, &reading->looks->looks[k], series_ids[i])) < 0)
				return rc;
	return 0;
}

/* Runs of looks at series, numbered series by series, from one on. */
static int
take_together(struct reading *reading, const struct cm_bind *binds, size_t first, size_t count)
{
	int column = reading->whole ? 3 : 2, rc;
	struct cm_rows *rows;

	rc = cm_store_query_many(reading->store, reading->whole ? "pack-whole-many" : "pack-coarse-many", NULL, binds, 2, count, &rows);
	if (rc < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0) {
		size_t run = first + (size_t)cm_rows_int(rows, column);

		if ((rc = take_row(reading, &reading->looks->looks[run % reading->looks->count], rows)) < 0)
			break;
	}
	cm_rows_done(rows);
	return rc;
}

static int
read_together(struct reading *reading, const int64_t *series_ids, size_t count)
{
	size_t all = count * reading->looks->count, looks = reading->looks->count, run, some, n;
	struct cm_bind *binds = malloc(((all < RUNS_AT_ONCE ? all : RUNS_AT_ONCE) * 2 + 1) * sizeof *binds);
	int rc = 0;

	if (binds == NULL)
		return CM_ENOMEM;
	for (run = 0; run < all && rc == 0; run += some) {
		some = all - run < RUNS_AT_ONCE ? all - run : RUNS_AT_ONCE;
		for (n = 0; n < some; n++)
			bind_run(&reading->looks->looks[(run + n) % looks], series_ids[(run + n) / looks], binds + 2 * n);
		rc = take_together(reading, binds, run, some);
	}
	free(binds);
	return rc;
}

static int
read_packs(struct reading *reading, const struct cm_filter *filter)
{
	struct cm_filter_series *series;
	const int64_t *ids;
	size_t count;
	int rc;

	if ((rc = cm_filter_series(reading->store, filter, &series)) < 0 || (rc = cm_filter_series_ids(series, &ids, &count)) < 0)
		return rc;
	return cm_store_is_remote(reading->store) ? read_together(reading, ids, count) : read_runs(reading, ids, count);
}

int
cm_packs_read(struct cm_store *store, const struct cm_filter *filter, const struct cm_probes *looks, cm_pack_take *take, void *arg)
{
	struct reading reading = { .store = store, .take = take, .arg = arg, .looks = looks, .is_noted = cm_store_is_explained(store) };
	int rc;

	if (looks->count == 0)
		return 0;
	reading.counts = reading.whole = looks->looks[0].kind == NULL;
	rc = read_packs(&reading, filter);
	if (rc == 0 && reading.is_noted)
		rc = note_looks(&reading, filter, looks);
	free(reading.due);
	return rc;
}

int
cm_packs_read_again(struct cm_store *store, const struct cm_filter *filter, const struct cm_probes *looks, cm_pack_take *take, void *arg)
{
	struct reading reading = { .store = store, .take = take, .arg = arg, .looks = looks, .whole = true };

	return looks->count > 0 ? read_packs(&reading, filter) : 0;
}

int
cm_packs_note_fine(struct cm_store *store, const struct cm_filter *filter, const struct cm_probe *look, int64_t count)
{
	return cm_store_is_explained(store) ? note_kept(store, filter, look, look->piece.to - look->piece.from, count) : 0;
}

static int
take_part(const struct cm_rows *rows, const struct cm_pack_part *part, cm_part_take *take, void *arg)
{
	struct cm_blob fine;

	fine.bytes = cm_rows_blob(rows, 0, &fine.count);
	return fine.count == part->bytes ? take(arg, part, fine) : CM_ESTORE;
}

static size_t
bind_part(const struct cm_pack_part *part, struct cm_bind binds[4])
{
	binds[0] = (struct cm_bind)CM_INT_PARAM("pack_id", part->pack_id);
	binds[1] = (struct cm_bind)CM_INT_PARAM("from", (int64_t)part->from);
	binds[2] = (struct cm_bind)CM_INT_PARAM("bytes", (int64_t)part->bytes);
	binds[3] = (struct cm_bind){ 0 };
	return 3;
}

static int
read_part(struct cm_store *store, const struct cm_pack_part *part, cm_part_take *take, void *arg)
{
	struct cm_bind binds[4];
	struct cm_rows *rows;
	int rc;

	bind_part(part, binds);
	if ((rc = cm_store_query(store, "pack-part", binds, &rows)) < 0)
		return rc;
	if ((rc = cm_rows_next(rows)) >= 0)
		rc = rc > 0 ? take_part(rows, part, take, arg) : CM_ESTORE;
	cm_rows_done(rows);
	return rc;
}

static int
read_parts_together(struct cm_store *store, const struct cm_pack_part *parts, size_t count, cm_part_take *take, void *arg)
{
	struct cm_bind *binds = malloc((count * 3 + 1) * sizeof *binds);
	struct cm_rows *rows;
	size_t i, n = 0;
	int rc;

	if (binds == NULL)
		return CM_ENOMEM;
	for (i = 0; i < count; i++)
		n += bind_part(&parts[i], binds + n);
	if ((rc = cm_store_query_many(store, "pack-part-many", NULL, binds, 3, count, &rows)) == 0) {
		while ((rc = cm_rows_next(rows)) > 0)
			if ((rc = take_part(rows, &parts[cm_rows_int(rows, 1)], take, arg)) < 0)
				break;
		cm_rows_done(rows);
	}
	free(binds);
	return rc;
}

int
cm_packs_read_parts(struct cm_store *store, const struct cm_pack_part *parts, size_t count, cm_part_take *take, void *arg)
{
	size_t i;
	int rc = 0;

	if (count > 0 && cm_store_is_remote(store))
		return read_parts_together(store, parts, count, take, arg);
	for (i = 0; i < count && rc == 0; i++)
		rc = read_part(store, &parts[i], take, arg);
	return rc;
}

/* Hands a pack over; rows: it, or NULL where there is none. */
static int
hand_over(const struct cm_delta *changes, size_t count, const struct cm_rows *rows, cm_pack_visit *visit, void *arg)
{
	struct cm_pack pack = { .counts = cm_pack_key_of(changes->pack_id).what == CM_PACK_COUNTS };

	if (rows != NULL) {
		pack.coarse.bytes = cm_rows_blob(rows, 1, &pack.coarse.count);
		pack.fine.bytes = cm_rows_blob(rows, 2, &pack.fine.count);
	}
	return visit(arg, changes, count, &pack);
}

static int
visit_one(struct cm_store *store, const struct cm_delta *changes, size_t count, cm_pack_visit *visit, void *arg)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("pack_id", changes->pack_id), { 0 } };
	struct cm_rows *rows;
	int rc;

	if ((rc = cm_store_query(store, "pack-get", binds, &rows)) < 0)
		return rc;
	if ((rc = cm_rows_next(rows)) >= 0)
		rc = hand_over(changes, count, rc > 0 ? rows : NULL, visit, arg);
	cm_rows_done(rows);
	return rc;
}

/* The packs of some changes, those that are there, in the order of their numbers. */
static int
open_known(struct cm_store *store, const struct cm_delta *changes, size_t count, struct cm_rows **rows)
{
	struct cm_row_batch keys = { 0 };
	size_t at;
	int rc = 0;

	for (at = 0; at < count && rc == 0; at += cm_deltas_of_packs(changes + at, count - at, 1)) {
		const struct cm_bind binds[] = { CM_INT_PARAM("pack_id", changes[at].pack_id), { 0 } };

		rc = cm_row_batch_add(&keys, binds);
	}
	if (rc == 0)
		rc = cm_store_query_many(store, "pack-get-many", NULL, keys.binds, keys.width, keys.count, rows);
	cm_row_batch_done(&keys);
	return rc;
}

static int
visit_together(struct cm_store *store, const struct cm_delta *changes, size_t count, cm_pack_visit *visit, void *arg)
{
	struct cm_rows *rows;
	size_t at, n;
	int rc, more;

	if ((rc = open_known(store, changes, count, &rows)) < 0)
		return rc;
	rc = more = cm_rows_next(rows);
	for (at = 0; at < count && rc >= 0; at += n) {
		bool is_there = more > 0 && cm_rows_int(rows, 0) == changes[at].pack_id;

		n = cm_deltas_of_packs(changes + at, count - at, 1);
		if ((rc = hand_over(changes + at, n, is_there ? rows : NULL, visit, arg)) == 0 && is_there)
			rc = more = cm_rows_next(rows);
	}
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}

int
cm_packs_visit(struct cm_store *store, const struct cm_delta *changes, size_t count, cm_pack_visit *visit, void *arg)
{
	bool remote = cm_store_is_remote(store);
	size_t some;
	int rc = 0;

	for (; count > 0 && rc == 0; changes += some, count -= some) {
		some = cm_deltas_of_packs(changes, count, remote ? PACKS_AT_ONCE : 1);
		rc = remote ? visit_together(store, changes, some, visit, arg) : visit_one(store, changes, some, visit, arg);
	}
	return rc;
}
