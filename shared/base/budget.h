/*
 * budget: a number of bytes that all threads together may hold of one kind; who would hold more waits for the others.
 *
 * Nobody waits for more of what it holds of already.  Who holds of one may wait for another: the room for bodies is taken before that
 * for what is read from them.
 */
#ifndef CM_BUDGET_H
#define CM_BUDGET_H

#include <pthread.h>
#include <stddef.h>

struct cm_budget {
	size_t most_bytes;
	size_t held;
	pthread_mutex_t lock;
	pthread_cond_t freed;
};

#define CM_BUDGET(bytes) { .most_bytes = (bytes), .lock = PTHREAD_MUTEX_INITIALIZER, .freed = PTHREAD_COND_INITIALIZER }

/* Takes so many bytes, waiting some seconds for others to give them back; no more than all there are.  *held: what the caller has, to
 * which they are added.  CM_EBUSY. */
int cm_budget_take(struct cm_budget *allowance, size_t bytes, size_t *held);

/* Gives back all that the caller has. */
void cm_budget_give(struct cm_budget *allowance, size_t *held);

#endif
