/* marginals: into which series the facts of a series count; see marginals.h. */
#include "config.h"

#include "marginals.h"

#include <stdlib.h>

#include "error.h"
#include "row_batch.h"

static uint64_t
hash_of(int64_t series_id)
{
	return (uint64_t)series_id * UINT64_C(0x9e3779b97f4a7c15) >> 16;
}

static bool
is_series(const void *thing, const void *key)
{
	const struct cm_marginals *marginals = thing;
	const int64_t *series_id = key;

	return marginals->series_id == *series_id;
}

static struct cm_marginals *
find(const struct cm_marginal_book *book, int64_t series_id)
{
	return cm_map_find(&book->series, hash_of(series_id), is_series, &series_id);
}

const struct cm_marginals *
cm_marginals_of(const struct cm_marginal_book *book, int64_t series_id)
{
	static const struct cm_marginals none;
	const struct cm_marginals *marginals = find(book, series_id);

	return marginals != NULL ? marginals : &none;
}

/* A place for a series; 1 where it is new. */
static int
place(struct cm_marginal_book *book, int64_t series_id)
{
	struct cm_marginals *marginals;

	if (find(book, series_id) != NULL)
		return 0;
	if ((marginals = malloc(sizeof *marginals)) == NULL)
		return CM_ENOMEM;
	*marginals = (struct cm_marginals){ .series_id = series_id };
	if (cm_map_add(&book->series, hash_of(series_id), marginals) == 0)
		return 1;
	free(marginals);
	return CM_ENOMEM;
}

/* A row: the series, what it counts into, and the scope of that. */
static int
take_row(struct cm_store *store, const struct cm_marginal_book *book, const struct cm_rows *rows)
{
	struct cm_marginals *marginals = find(book, cm_rows_int(rows, 0));
	const struct cm_scope *scope = cm_scope_named(cm_rows_text(rows, 2));

	if (marginals == NULL || scope == NULL || marginals->count == CM_MARGINALS_MOST)
		return cm_store_fail(store, CM_ESTORE, "Facts count into rollups that this program does not know; install a newer one.");
	marginals->into[marginals->count].into_id = cm_rows_int(rows, 1);
	marginals->into[marginals->count++].scope = scope;
	return 0;
}

static int
take_rows(struct cm_store *store, const struct cm_marginal_book *book, struct cm_rows *rows)
{
	int rc;

	while ((rc = cm_rows_next(rows)) > 0)
		if ((rc = take_row(store, book, rows)) < 0)
			break;
	cm_rows_done(rows);
	return rc;
}

static int
read_batch(struct cm_store *store, const struct cm_marginal_book *book, const struct cm_row_batch *batch)
{
	struct cm_rows *rows;
	size_t i;
	int rc;

	if (batch->count == 0)
		return 0;
	if (cm_store_is_remote(store)) {
		rc = cm_store_query_many(store, "marginal-of-many", NULL, batch->binds, batch->width, batch->count, &rows);
		return rc < 0 ? rc : take_rows(store, book, rows);
	}
	for (i = 0, rc = 0; i < batch->count && rc == 0; i++) {
		const struct cm_bind binds[] = { batch->binds[i], { 0 } };

		if ((rc = cm_store_query(store, "marginal-of", binds, &rows)) == 0)
			rc = take_rows(store, book, rows);
	}
	return rc;
}

int
cm_marginals_read(struct cm_store *store, struct cm_marginal_book *book, const int64_t *series_ids, size_t count)
{
	struct cm_row_batch batch = { 0 };
	size_t i;
	int rc = 0;

	for (i = 0; i < count && rc >= 0; i++) {
		const struct cm_bind binds[] = { CM_INT_PARAM("series_id", series_ids[i]), { 0 } };

		if ((i == 0 || series_ids[i] != series_ids[i - 1]) && (rc = place(book, series_ids[i])) > 0)
			rc = cm_row_batch_add(&batch, binds);
	}
	if (rc >= 0)
		rc = read_batch(store, book, &batch);
	cm_row_batch_done(&batch);
	return rc;
}

void
cm_marginals_done(struct cm_marginal_book *book)
{
	size_t i;

	for (i = 0; i < book->series.room; i++)
		free(book->series.places[i].thing);
	cm_map_done(&book->series);
}
