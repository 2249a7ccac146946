/* packs_write: changes of packs brought into the database; see pack.h. */
#ifndef CM_PACKS_WRITE_H
#define CM_PACKS_WRITE_H

#include "deltas.h"
#include "store.h"

/* Adds changes, ascending and each bin once, to the packs; within a transaction that holds the lock of writers.  CM_ESTORE also where a
 * pack is damaged or holds less than is taken: then it is to be repaired (callmetrics check).  CM_EBUSY, CM_ENOMEM. */
int cm_packs_add(struct cm_store *store, const struct cm_delta *changes, size_t count);

/* Makes a pack hold those sums of fine bins and nothing else. */
int cm_packs_replace(struct cm_store *store, int64_t pack_id, const struct cm_bin_sum *sums, size_t count);

/* What is noted, brought into them. */
int cm_deltas_write(struct cm_store *store, struct cm_deltas *deltas);

#endif
