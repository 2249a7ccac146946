/*
 * intake: events become facts.
 *
 * Each event counts once, however often it is sent, and what is derived from several (a call's start, a turn's length) comes
 * out the same in whatever order they come.  An event that cannot be true is rejected and leaves nothing behind.
 */
#ifndef CM_INTAKE_H
#define CM_INTAKE_H

#include "event_batch.h"
#include "store.h"

struct cm_intake {
	struct cm_event_batch *batch;
	cm_us now;
};

/* Stores the events of a batch; arg is a struct cm_intake.  Gives each event its verdict.  Work for cm_commit: CM_EBUSY,
 * CM_ESTORE, CM_ENOMEM. */
int cm_intake_events(struct cm_store *store, void *arg);

/* Says what it will look for; prefetching for cm_commit. */
int cm_intake_prefetch(struct cm_store *store, void *arg);

#endif
