/* looks: one statement over several pieces of windows; see looks.h. */
#include "config.h"

#include "looks.h"

#include <stdio.h>
#include <stdlib.h>

#include "error.h"

int
cm_looks_add(struct cm_looks *looks, const struct cm_look *look)
{
	size_t wanted = looks->room == 0 ? 32 : 2 * looks->room;
	struct cm_look *larger;

	if (looks->count == looks->room) {
		if ((larger = realloc(looks->looks, wanted * sizeof *larger)) == NULL)
			return CM_ENOMEM;
		looks->looks = larger;
		looks->room = wanted;
	}
	looks->looks[looks->count++] = *look;
	return 0;
}

void
cm_looks_done(struct cm_looks *looks)
{
	free(looks->looks);
	*looks = (struct cm_looks){ 0 };
}

/* The parameters of a statement over a look; their number. */
static size_t
bind_look(const struct cm_filter *filter, const struct cm_look *look, struct cm_bind *binds)
{
	size_t n = cm_window_binds(filter, &look->piece, binds);

	binds[n++] = (struct cm_bind)CM_TEXT_PARAM("kind", look->kind);
	binds[n++] = (struct cm_bind)CM_INT_PARAM("bin", look->bin);
	return n;
}

static int
read_one(struct cm_store *store, const struct cm_filter *filter, const char *statement, const struct cm_look *look,
    cm_look_take *take, void *arg)
{
	struct cm_bind binds[CM_BINDS_MAX];
	struct cm_rows *rows;
	int rc;

	binds[bind_look(filter, look, binds)] = (struct cm_bind){ 0 };
	if ((rc = cm_store_query(store, statement, binds, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0)
		if ((rc = take(arg, look, rows)) != 0)
			break;
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}

static int
open_all(struct cm_store *store, const struct cm_filter *filter, const char *statement, const struct cm_looks *looks,
    struct cm_rows **rows)
{
	struct cm_bind *binds = malloc(looks->count * CM_BINDS_MAX * sizeof *binds), *to = binds;
	size_t i, width = 0;
	char many[64];
	int rc;

	if (binds == NULL)
		return CM_ENOMEM;
	for (i = 0; i < looks->count; i++, to += width)
		width = bind_look(filter, &looks->looks[i], to);
	snprintf(many, sizeof many, "%s-many", statement);
	rc = cm_store_query_many(store, many, binds, width, looks->count, rows);
	free(binds);
	return rc;
}

static int
read_all(struct cm_store *store, const struct cm_filter *filter, const char *statement, int columns, const struct cm_looks *looks,
    cm_look_take *take, void *arg)
{
	struct cm_rows *rows;
	int rc;

	if ((rc = open_all(store, filter, statement, looks, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0)
		if ((rc = take(arg, &looks->looks[cm_rows_int(rows, columns)], rows)) < 0)
			break;
	cm_rows_done(rows);
	return rc;
}

int
cm_looks_read(struct cm_store *store, const struct cm_filter *filter, const char *statement, int columns,
    const struct cm_looks *looks, cm_look_take *take, void *arg)
{
	size_t i;
	int rc = 0;

	if (looks->count > 1 && cm_store_is_remote(store))
		return read_all(store, filter, statement, columns, looks, take, arg);
	for (i = 0; i < looks->count && rc == 0; i++)
		rc = read_one(store, filter, statement, &looks->looks[i], take, arg);
	return rc;
}
