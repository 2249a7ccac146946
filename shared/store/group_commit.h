/*
 * group_commit: writing that is answered only when it is stored, with one commit for many writers.
 *
 * A commit that survives power loss waits for the disk.  Requests that come meanwhile wait together and share the next one:
 * the first of them leads, runs the work of all in one transaction and commits once.  Any thread may call.
 */
#ifndef CM_GROUP_COMMIT_H
#define CM_GROUP_COMMIT_H

#include "store.h"

struct cm_group_commit;

enum { CM_COMMIT_PROBLEM = 256 };

/* For the database that `url` names, which is touched by the first commit.  The caller closes, when no thread writes.
 * CM_ENOMEM. */
int cm_group_commit_open(const char *url, struct cm_group_commit **out);
void cm_group_commit_close(struct cm_group_commit *commits);

/*
 * Runs work(store, arg) in a write transaction, maybe together with that of others, and returns when it is durably stored: 0, or what
 * went wrong, and then nothing of it is stored.  The work is run once, in whichever thread leads.  CM_EBUSY: locked or full, worth
 * another try; CM_ESTORE, CM_ENOMEM; problem: that in words for people, as cm_store_problem.  Any other negative number is the work's
 * own refusal: it has to come before the work stores anything, for there is no savepoint to go back to (each would cost a copy of every
 * page that the work touches).
 *
 * prefetch(store, arg), unless NULL, comes before any work of the same transaction: what all of them say they will look for can be
 * looked up at once (unit.h).  Its errors are as the store's.
 */
typedef int cm_work(struct cm_store *store, void *arg);
int cm_commit(struct cm_group_commit *commits, cm_work *prefetch, cm_work *work, void *arg, char problem[CM_COMMIT_PROBLEM]);

#endif
