/* row_batch: rows for one statement, gathered and then written together. */
#ifndef CM_ROW_BATCH_H
#define CM_ROW_BATCH_H

#include "store.h"

/* All zeros but for .statement is an empty batch. */
struct cm_row_batch {
	const char *statement;
	struct cm_bind *binds;	/* lists of .width, one after the other */
	size_t width;
	size_t count;		/* of lists */
	size_t room;		/* of binds */
};

/* Adds a list of binds that ends with .name NULL; each list has the same names in the same order.  Texts are borrowed until the batch is
 * written.  CM_ENOMEM. */
int cm_row_batch_add(struct cm_row_batch *batch, const struct cm_bind *binds);

/* Runs the statement for all lists (cm_store_run_many), and empties the batch.  CM_EBUSY, CM_ESTORE, CM_ENOMEM. */
int cm_row_batch_write(struct cm_store *store, struct cm_row_batch *batch);

/* Adds a list, and writes the batch where that filled it: for rows without end.  Errors of both. */
int cm_row_batch_put(struct cm_store *store, struct cm_row_batch *batch, const struct cm_bind *binds);

void cm_row_batch_done(struct cm_row_batch *batch);

#endif
