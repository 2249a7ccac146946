/* row_batch: rows for one statement; see row_batch.h. */
#include "config.h"

#include "row_batch.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "error.h"

enum { FULL = 4096 };

int
cm_row_batch_add(struct cm_row_batch *batch, const struct cm_bind *binds)
{
	if (batch->width == 0)
		while (binds[batch->width].name != NULL)
			batch->width++;
	if (!cm_array_reserve(&batch->binds, &batch->room, (batch->count + 1) * batch->width, sizeof *batch->binds))
		return CM_ENOMEM;
	memcpy(batch->binds + batch->count * batch->width, binds, batch->width * sizeof *binds);
	batch->count++;
	return 0;
}

int
cm_row_batch_write(struct cm_store *store, struct cm_row_batch *batch)
{
	int64_t rc = cm_store_run_many(store, batch->statement, batch->binds, batch->width, batch->count);

	batch->count = 0;
	return rc < 0 ? (int)rc : 0;
}

int
cm_row_batch_put(struct cm_store *store, struct cm_row_batch *batch, const struct cm_bind *binds)
{
	int rc;

	if ((rc = cm_row_batch_add(batch, binds)) < 0 || batch->count < FULL)
		return rc;
	return cm_row_batch_write(store, batch);
}

void
cm_row_batch_done(struct cm_row_batch *batch)
{
	free(batch->binds);
	*batch = (struct cm_row_batch){ .statement = batch->statement };
}
