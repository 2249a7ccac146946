/* budget: memory that threads share; see budget.h. */
#include "config.h"

#include "budget.h"

#include <time.h>

#include "error.h"

enum { PATIENCE_S = 5 };		/* how long to wait for others to give room */

int
cm_budget_take(struct cm_budget *allowance, size_t bytes, size_t *held)
{
	struct timespec until;
	int rc = 0;

	if (bytes > allowance->most_bytes)
		bytes = allowance->most_bytes;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_S;
	pthread_mutex_lock(&allowance->lock);
	while (rc == 0 && allowance->held + bytes > allowance->most_bytes)
		rc = pthread_cond_timedwait(&allowance->freed, &allowance->lock, &until);
	if (rc == 0) {
		allowance->held += bytes;
		*held += bytes;
	}
	pthread_mutex_unlock(&allowance->lock);
	return rc == 0 ? 0 : CM_EBUSY;
}

void
cm_budget_give(struct cm_budget *allowance, size_t *held)
{
	pthread_mutex_lock(&allowance->lock);
	allowance->held -= *held;
	pthread_cond_broadcast(&allowance->freed);
	pthread_mutex_unlock(&allowance->lock);
	*held = 0;
}
