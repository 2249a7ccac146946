/*
 * repack: the rollups of a database of version 3, which were rows, become packs.
 *
 * What facts had come and gone and was not in the rollups yet goes into them first; then their rows go, some at a time, each time in a
 * transaction that takes them away, so that it may be broken off and run again.  From the first of these on no older program writes to
 * the database or answers from it, and no newer one before the last.
 */
#ifndef CM_REPACK_H
#define CM_REPACK_H

#include "pace.h"

struct cm_store;

/* Makes version 4 of a database of version 3, and leaves every other as it is.  The store is opened with CM_STORE_CREATE or
 * CM_STORE_ADMIN.  CM_EBUSY, CM_ESTORE, CM_ENOMEM. */
int cm_repack(struct cm_store *store, const struct cm_progress *progress);

#endif
