/*
 * stale_calls: calls that began long ago and were never ended.
 *
 * Such a call becomes `timeout`, ended now.  In a voice app's database the app's own row is what is updated.
 */
#ifndef CM_STALE_CALLS_H
#define CM_STALE_CALLS_H

#include "arena.h"
#include "clock.h"
#include "store.h"

enum { CM_STALE_CALLS_TURN = 500 };		/* calls to a transaction, so that the voice app need not wait long */

struct cm_stale_call {
	const char *tenant_id;
	const char *call_id;
	const char *call_type;
	bool of_rows;			/* of the voice app */
	cm_us started;
	cm_us duration_us;
};

struct cm_stale_calls {
	const char *tenant_id;		/* whose calls; NULL: everybody's */
	cm_us now;
	cm_us cutoff;			/* active calls that began before are stale */
	bool dry_run;			/* tells, and changes nothing */
	struct cm_arena arena;		/* of the texts below */
	struct cm_stale_call *calls;	/* so far, oldest first */
	size_t count;
	size_t room;
	size_t turn;			/* how many the last turn found */
};

/* Cleans up to CM_STALE_CALLS_TURN more calls; arg is a struct cm_stale_calls.  Work for cm_commit; again until .turn is fewer. */
int cm_stale_calls_some(struct cm_store *store, void *arg);
void cm_stale_calls_done(struct cm_stale_calls *cleanup);

#endif
