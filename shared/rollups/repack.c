/* repack: rollups of version 3 become packs; see repack.h. */
#include "config.h"

#include "repack.h"

#include <stdlib.h>

#include "array.h"
#include "error.h"
#include "kinds.h"
#include "meta.h"
#include "packs_write.h"
#include "schema.h"
#include "store.h"

enum { FROM = 3, ROWS_AT_ONCE = 100000, INTO_MOST = 5 };

/* Changes that rows of the former rollups are. */
struct repacking {
	const char *statement;			/* takes some of them */
	int (*take)(struct cm_store *store, struct repacking *repacking, const struct cm_rows *rows);
	struct cm_delta *changes;
	size_t count;
	size_t room;
	int64_t rows;
	int64_t series_id;			/* of the last row; 0: none yet */
	int64_t into[INTO_MOST];		/* what goes into which series: rows of one come one after the other */
	size_t into_count;
};

/* The series that the rollups of one go into: itself, and those of each of its labels. */
static int
look_up(struct cm_store *store, struct repacking *repacking, int64_t series_id)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("series_id", series_id), { 0 } };
	struct cm_rows *rows;
	int rc;

	if (series_id == repacking->series_id)
		return 0;
	repacking->into_count = 0;
	if ((rc = cm_store_query(store, "former-into", binds, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0 && repacking->into_count < INTO_MOST)
		repacking->into[repacking->into_count++] = cm_rows_int(rows, 0);
	cm_rows_done(rows);
	repacking->series_id = series_id;
	return rc;
}

static int
add_to(struct cm_store *store, struct repacking *repacking, const struct cm_pack_key *key, struct cm_bin_sum sum)
{
	const int64_t pack_id = cm_pack_id(key);

	if (pack_id < 0 || sum.bin < 0 || sum.bin >= CM_FINE_BINS)
		return cm_store_fail(store, CM_ESTORE,
		    "The rollups hold a bucket of a time, or a value of a length, that there cannot be.");
	if (!CM_ARRAY_GROWS(repacking->changes, repacking->count, repacking->room))
		return CM_ENOMEM;
	repacking->changes[repacking->count++] = (struct cm_delta){ pack_id, sum };
	return 0;
}

static int
add(struct cm_store *store, struct repacking *repacking, const struct cm_pack_key *key, struct cm_bin_sum sum)
{
	struct cm_pack_key into = *key;
	size_t i;
	int rc;

	if (sum.n == 0)
		return 0;
	rc = look_up(store, repacking, key->series_id);
	for (i = 0; i < repacking->into_count && rc >= 0; i++) {
		into.series_id = repacking->into[i];
		rc = add_to(store, repacking, &into, sum);
	}
	return rc < 0 ? rc : 0;
}

static int
take_counts(struct cm_store *store, struct repacking *repacking, const struct cm_rows *rows)
{
	const struct cm_pack_key key = { .series_id = cm_rows_int(rows, 0), .what = CM_PACK_COUNTS,
		.resolution_s = (int)cm_rows_int(rows, 1), .bucket_s = cm_rows_int(rows, 2) };
	const struct cm_outcome outcome = cm_outcome_split(cm_rows_text(rows, 3));
	int first = CM_OUTCOME_BINS * cm_outcome_number(&outcome), i, rc = 0;

	for (i = 0; i < CM_OUTCOME_BINS && rc == 0; i++)
		rc = add(store, repacking, &key, (struct cm_bin_sum){ .bin = first + i, .n = cm_rows_int(rows, 4 + i),
		    .sum = i == CM_OUTCOME_TIMED ? cm_rows_int(rows, 7) : 0 });
	return rc;
}

/* Coarse bins are the sums of fine ones. */
static int
take_bins(struct cm_store *store, struct repacking *repacking, const struct cm_rows *rows)
{
	const struct cm_kind *kind = cm_kind_find(cm_rows_text(rows, 1));

	if (cm_rows_int(rows, 4) < 0)
		return 0;
	if (kind == NULL)
		return cm_store_fail(store, CM_ESTORE, "The rollups hold values of a kind that this program does not know.");
	const struct cm_pack_key key = { .series_id = cm_rows_int(rows, 0), .what = CM_PACK_KINDS + kind->number,
		.resolution_s = (int)cm_rows_int(rows, 2), .bucket_s = cm_rows_int(rows, 3) };

	return add(store, repacking, &key, (struct cm_bin_sum){ (int)cm_rows_int(rows, 5), cm_rows_int(rows, 6), cm_rows_int(rows, 7) });
}

/* Takes the next rows, within a transaction. */
static int
repack_some(struct cm_store *store, void *arg)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("limit", ROWS_AT_ONCE), { 0 } };
	struct repacking *repacking = arg;
	struct cm_rows *rows;
	int rc;

	repacking->rows = 0;
	repacking->count = 0;
	if ((rc = cm_store_query(store, repacking->statement, binds, &rows)) < 0)
		return rc;
	for (; (rc = cm_rows_next(rows)) > 0; repacking->rows++)
		if ((rc = repacking->take(store, repacking, rows)) < 0)
			break;
	cm_rows_done(rows);
	if (rc < 0)
		return rc;
	repacking->count = cm_deltas_merge(repacking->changes, repacking->count);
	return cm_packs_add(store, repacking->changes, repacking->count);
}

/* How many rows of rollups there are. */
static int
count_rows(struct cm_store *store, void *arg)
{
	return cm_store_number(store, "former-total", NULL, arg);
}

static int
repack_rows(struct cm_store *store, const struct cm_progress *progress)
{
	struct repacking all[] = {
		{ .statement = "former-counts", .take = take_counts }, { .statement = "former-bins", .take = take_bins },
	};
	int64_t total = 0, done = 0;
	size_t i;
	int rc = cm_schema_transact(store, count_rows, &total);

	for (i = 0; i < nitems(all) && rc == 0; i++) {
		do {
			rc = cm_schema_transact(store, repack_some, &all[i]);
			cm_schema_report(progress, "rollups", done += all[i].rows, total);
		} while (rc == 0 && all[i].rows > 0);
		free(all[i].changes);
	}
	return rc;
}

/* What the rollups did not hold yet goes into them, and nobody writes by their rules from now on. */
static int
begin(struct cm_store *store, void *arg)
{
	bool there;
	int rc = 0;

	(void)arg;
	if (cm_store_is_remote(store))
		rc = cm_store_script(store, "own-schema");
	if (rc < 0 || (rc = cm_schema_exists(store, "cm_pack", &there)) < 0 || there)
		return rc;
	return cm_store_script(store, "former-begin");
}

static int
end(struct cm_store *store, void *arg)
{
	int rc = cm_store_script(store, "former-end");

	(void)arg;
	return rc < 0 ? rc : cm_meta_set_number(store, "schema_version", 4);
}

int
cm_repack(struct cm_store *store, const struct cm_progress *progress)
{
	bool calls_there = false;
	int64_t version;
	int rc;

	if ((rc = cm_schema_look(store, &version, &calls_there)) < 0 || version != FROM)
		return rc;
	if ((rc = cm_schema_transact(store, begin, NULL)) < 0 || (rc = repack_rows(store, progress)) < 0)
		return rc;
	return cm_schema_transact(store, end, NULL);
}
