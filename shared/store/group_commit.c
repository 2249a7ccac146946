/* group_commit: group commit; see group_commit.h. */
#include "config.h"

#include "group_commit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "error.h"

enum { HANG_S = 60 };		/* a transaction that takes so long is stuck: the worker dies for it and is started again */

/* One writer's wait; it lives on the writer's stack. */
struct waiter {
	cm_work *prefetch;
	cm_work *work;
	void *arg;
	int rc;
	bool done;
	char *problem;
	pthread_cond_t wake;
	struct waiter *next;
};

struct cm_group_commit {
	struct cm_store *store;		/* the leader's alone */
	pthread_mutex_t lock;		/* over what follows */
	struct waiter *waiting;
	struct waiter **end;
	bool led;
};

int
cm_group_commit_open(const char *url, struct cm_group_commit **out)
{
	struct cm_group_commit *commits = calloc(1, sizeof *commits);

	if (commits == NULL || cm_store_open(url, CM_STORE_WRITE, &commits->store) < 0) {
		free(commits);
		return CM_ENOMEM;
	}
	pthread_mutex_init(&commits->lock, NULL);
	commits->end = &commits->waiting;
	*out = commits;
	return 0;
}

void
cm_group_commit_close(struct cm_group_commit *commits)
{
	if (commits == NULL)
		return;
	pthread_mutex_destroy(&commits->lock);
	cm_store_close(commits->store);
	free(commits);
}

static void
fail(struct waiter *waiter, int rc, const struct cm_store *store)
{
	waiter->rc = rc;
	snprintf(waiter->problem, CM_COMMIT_PROBLEM, "%s", cm_store_problem(store));
}

/* Failures of the store are everybody's; anything else is the turn's own, which then has stored nothing. */
static bool
is_of_store(int rc)
{
	return rc == CM_EBUSY || rc == CM_ESTORE || rc == CM_ENOMEM;
}

static int
foresee_all(struct cm_store *store, const struct waiter *waiter)
{
	int rc = 0;

	for (; waiter != NULL && rc == 0; waiter = waiter->next)
		if (waiter->prefetch != NULL)
			rc = waiter->prefetch(store, waiter->arg);
	return rc;
}

static int
run_turns(struct cm_store *store, struct waiter *turns)
{
	for (; turns != NULL; turns = turns->next) {
		turns->rc = turns->work(store, turns->arg);
		if (is_of_store(turns->rc))
			return turns->rc;
	}
	return 0;
}

static int
run_group(struct cm_store *store, struct waiter *turns)
{
	int rc = foresee_all(store, turns);

	return rc < 0 ? rc : run_turns(store, turns);
}

static void
commit_group(struct cm_store *store, struct waiter *turns)
{
	int rc;

	alarm(HANG_S);
	if ((rc = cm_store_begin(store)) == 0)
		rc = cm_store_finish(store, run_group(store, turns));
	alarm(0);
	if (rc < 0)
		for (; turns != NULL; turns = turns->next)
			fail(turns, rc, store);
}

/* Takes all that wait, commits, and lets the next one of those that came meanwhile lead. */
static void
lead(struct cm_group_commit *commits)
{
	struct waiter *turns = commits->waiting, *waiter, *next;

	commits->waiting = NULL;
	commits->end = &commits->waiting;
	commits->led = true;
	pthread_mutex_unlock(&commits->lock);
	commit_group(commits->store, turns);
	pthread_mutex_lock(&commits->lock);
	commits->led = false;
	for (waiter = turns; waiter != NULL; waiter = next) {
		next = waiter->next;
		waiter->done = true;
		pthread_cond_signal(&waiter->wake);
	}
	if (commits->waiting != NULL)
		pthread_cond_signal(&commits->waiting->wake);
}

int
cm_commit(struct cm_group_commit *commits, cm_work *prefetch, cm_work *work, void *arg, char problem[CM_COMMIT_PROBLEM])
{
	struct waiter waiter = { .prefetch = prefetch, .work = work, .arg = arg, .problem = problem };

	pthread_cond_init(&waiter.wake, NULL);
	pthread_mutex_lock(&commits->lock);
	*commits->end = &waiter;
	commits->end = &waiter.next;
	while (!waiter.done) {
		if (!commits->led)
			lead(commits);
		else
			pthread_cond_wait(&waiter.wake, &commits->lock);
	}
	pthread_mutex_unlock(&commits->lock);
	pthread_cond_destroy(&waiter.wake);
	return waiter.rc;
}
