/* store: what is the same for every engine; see store.h. */
#include "config.h"

#include "store.h"

#include <stdio.h>

int
cm_store_number(struct cm_store *store, const char *name, const struct cm_bind *binds, int64_t *out)
{
	struct cm_rows *rows;
	int64_t number;
	int rc;

	if ((rc = cm_store_query(store, name, binds, &rows)) < 0)
		return rc;
	rc = cm_rows_next(rows);
	number = rc > 0 ? cm_rows_int(rows, 0) : 0;
	cm_rows_done(rows);
	if (rc < 0)
		return rc;
	*out = number;
	return 0;
}

int
cm_store_text(struct cm_store *store, const char *name, const struct cm_bind *binds, char *out, size_t room)
{
	struct cm_rows *rows;
	int rc;

	if ((rc = cm_store_query(store, name, binds, &rows)) < 0)
		return rc;
	if ((rc = cm_rows_next(rows)) > 0)
		snprintf(out, room, "%s", cm_rows_text(rows, 0));
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}
