/* probes: one statement over several pieces of windows; see probes.h. */
#include "config.h"

#include "probes.h"

#include <stdlib.h>

#include "array.h"
#include "error.h"

int
cm_probes_add(struct cm_probes *looks, const struct cm_probe *look)
{
	if (!CM_ARRAY_GROWS(looks->looks, looks->count, looks->room))
		return CM_ENOMEM;
	looks->looks[looks->count++] = *look;
	return 0;
}

void
cm_probes_done(struct cm_probes *looks)
{
	free(looks->looks);
	*looks = (struct cm_probes){ 0 };
}

static size_t
bind_look(const struct cm_probe *look, struct cm_bind *binds)
{
	size_t n = cm_piece_binds(&look->piece, binds);

	binds[n++] = (struct cm_bind)CM_TEXT_PARAM("kind", look->kind);
	binds[n++] = (struct cm_bind)CM_INT_PARAM("bin", look->bin);
	binds[n++] = (struct cm_bind)CM_INT_PARAM("rank", look->rank);
	binds[n++] = (struct cm_bind)CM_INT_PARAM("buckets", look->piece.count > 1 ? (int64_t)look->piece.count : 1);
	binds[n] = (struct cm_bind){ 0 };
	return n;
}

static int
read_one(struct cm_store *store, const struct cm_filter *filter, const char *statement, const struct cm_probe *look,
    cm_probe_take *take, void *arg)
{
	struct cm_bind binds[CM_BINDS_MAX];
	struct cm_rows *rows;
	int rc;

	bind_look(look, binds + cm_filter_binds(filter, binds));
	if ((rc = cm_store_query(store, statement, binds, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0)
		if ((rc = take(arg, look, rows)) != 0)
			break;
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}

static int
open_all(struct cm_store *store, const struct cm_filter *filter, const char *statement, const struct cm_probes *looks,
    struct cm_rows **rows)
{
	struct cm_bind *binds = malloc(looks->count * CM_BINDS_MAX * sizeof *binds), *to = binds;
	struct cm_bind common[CM_BINDS_MAX];
	size_t i, width = 0;
	int rc;

	if (binds == NULL)
		return CM_ENOMEM;
	cm_filter_binds(filter, common);
	for (i = 0; i < looks->count; i++, to += width)
		width = bind_look(&looks->looks[i], to);
	rc = cm_store_query_many(store, statement, common, binds, width, looks->count, rows);
	free(binds);
	return rc;
}

static int
read_all(struct cm_store *store, const struct cm_filter *filter, const struct cm_view *view, const struct cm_probes *looks,
    cm_probe_take *take, void *arg)
{
	struct cm_rows *rows;
	int rc;

	if ((rc = open_all(store, filter, view->many, looks, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0)
		if ((rc = take(arg, &looks->looks[cm_rows_int(rows, view->columns)], rows)) < 0)
			break;
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}

int
cm_probes_read(struct cm_store *store, const struct cm_filter *filter, const struct cm_view *view, const struct cm_probes *looks,
    cm_probe_take *take, void *arg)
{
	size_t i;
	int rc = 0;

	if (cm_store_is_remote(store))
		return looks->count > 0 ? read_all(store, filter, view, looks, take, arg) : 0;
	for (i = 0; i < looks->count && rc == 0; i++)
		rc = read_one(store, filter, view->one, &looks->looks[i], take, arg);
	return rc;
}
