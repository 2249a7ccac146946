/*
 * fold: the steps that a write transaction adds, on their way into the rollups.
 *
 * The triggers fold facts one by one, in whatever program writes; where many steps are stored at once, that is most of the work.  So
 * steps that are sent are noted here, as they are stored, and go into the rollups together: added up in memory and in the order of
 * the rollups' keys.  The triggers let those steps pass (schema version 3).  Few steps are left pending, as a trigger would.
 */
#ifndef CM_FOLD_H
#define CM_FOLD_H

#include "clock.h"
#include "store.h"

struct cm_fold_step {
	int64_t series_id;
	int kind;		/* its number, of kinds.h */
	cm_us at;
	int64_t value_us;
	int bin;
};

/* What is noted in a transaction; all zeros is nothing. */
struct cm_fold {
	struct cm_fold_step *steps;
	size_t count;
	size_t room;
};

/* Notes a step that is stored in this transaction.  CM_ENOMEM. */
int cm_fold_note(struct cm_fold *fold, const struct cm_fold_step *step);

/* Puts all that is noted into the rollups; before the transaction ends.  CM_EBUSY, CM_ESTORE, CM_ENOMEM. */
int cm_fold_all(struct cm_store *store, struct cm_fold *fold);

void cm_fold_done(struct cm_fold *fold);

#endif
