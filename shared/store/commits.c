/* commits: group commit; see commits.h. */
#include "config.h"

#include "commits.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "error.h"
#include "known.h"

enum { HANG_S = 60 };		/* a transaction that takes so long is stuck: the worker dies for it and is started again */

/* One writer's wait; it lives on the writer's stack. */
struct turn {
	cm_work *foresee;
	cm_work *work;
	void *arg;
	int rc;
	bool done;
	char *problem;
	pthread_cond_t wake;
	struct turn *next;
};

struct cm_commits {
	struct cm_store *store;		/* the leader's alone */
	pthread_mutex_t lock;		/* over what follows */
	struct turn *waiting;
	struct turn **end;
	bool led;
};

int
cm_commits_open(const char *url, struct cm_commits **out)
{
	struct cm_commits *commits = calloc(1, sizeof *commits);

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
cm_commits_close(struct cm_commits *commits)
{
	if (commits == NULL)
		return;
	pthread_mutex_destroy(&commits->lock);
	cm_store_close(commits->store);
	free(commits);
}

static void
fail(struct turn *turn, int rc, const struct cm_store *store)
{
	turn->rc = rc;
	snprintf(turn->problem, CM_COMMIT_PROBLEM, "%s", cm_store_problem(store));
}

/* Failures of the store are everybody's; anything else is the turn's own, which then has stored nothing. */
static bool
is_of_store(int rc)
{
	return rc == CM_EBUSY || rc == CM_ESTORE || rc == CM_ENOMEM;
}

static int
foresee_all(struct cm_store *store, const struct turn *turn)
{
	int rc = 0;

	for (; turn != NULL && rc == 0; turn = turn->next)
		if (turn->foresee != NULL)
			rc = turn->foresee(store, turn->arg);
	return rc;
}

static int
run_turns(struct cm_store *store, struct turn *turns)
{
	for (; turns != NULL; turns = turns->next) {
		turns->rc = turns->work(store, turns->arg);
		if (is_of_store(turns->rc))
			return turns->rc;
	}
	return 0;
}

static int
run_group(struct cm_store *store, struct turn *turns)
{
	int rc;

	if ((rc = foresee_all(store, turns)) < 0 || (rc = run_turns(store, turns)) < 0)
		return rc;
	return cm_known_finish(store);
}

static void
commit_group(struct cm_store *store, struct turn *turns)
{
	int rc, end;

	alarm(HANG_S);
	if ((rc = cm_store_begin(store)) == 0) {
		rc = run_group(store, turns);
		end = cm_store_end(store, rc == 0);
		rc = rc < 0 ? rc : end;
	}
	alarm(0);
	if (rc < 0)
		for (; turns != NULL; turns = turns->next)
			fail(turns, rc, store);
}

/* Takes all that wait, commits, and lets the next one of those that came meanwhile lead. */
static void
lead(struct cm_commits *commits)
{
	struct turn *turns = commits->waiting, *turn, *next;

	commits->waiting = NULL;
	commits->end = &commits->waiting;
	commits->led = true;
	pthread_mutex_unlock(&commits->lock);
	commit_group(commits->store, turns);
	pthread_mutex_lock(&commits->lock);
	commits->led = false;
	for (turn = turns; turn != NULL; turn = next) {
		next = turn->next;
		turn->done = true;
		pthread_cond_signal(&turn->wake);
	}
	if (commits->waiting != NULL)
		pthread_cond_signal(&commits->waiting->wake);
}

int
cm_commit(struct cm_commits *commits, cm_work *foresee, cm_work *work, void *arg, char problem[CM_COMMIT_PROBLEM])
{
	struct turn turn = { .foresee = foresee, .work = work, .arg = arg, .problem = problem };

	pthread_cond_init(&turn.wake, NULL);
	pthread_mutex_lock(&commits->lock);
	*commits->end = &turn;
	commits->end = &turn.next;
	while (!turn.done) {
		if (!commits->led)
			lead(commits);
		else
			pthread_cond_wait(&turn.wake, &commits->lock);
	}
	pthread_mutex_unlock(&commits->lock);
	pthread_cond_destroy(&turn.wake);
	return turn.rc;
}
