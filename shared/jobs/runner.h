/*
 * runner: the program of a job that runs for good.
 *
 * It calls a job's tick again and again until it is told to end by SIGTERM, SIGINT or SIGHUP; a second signal ends it at once.  Of all
 * processes that run a job on one database, on whichever hosts, one works: it holds the job's lease, a row of cm_job, and renews it as
 * it goes.  When it dies another takes over as soon as the lease has run out (CALLMETRICS_JOB_LEASE_MS, 10 seconds); when it ends in
 * order, or lets go, right away.  Leases are timed by the database's clock, so that those of the hosts may differ.
 *
 * One that was held up for longer than its lease may still be in a tick while another has begun: what a tick writes has to come out
 * right even then.
 */
#ifndef CM_RUNNER_H
#define CM_RUNNER_H

#include <stdbool.h>
#include <stdint.h>

struct cm_run;

struct cm_runner {
	const char *name;	/* one word, as the program's */
	int every_ms;		/* from the end of a tick to the next, where there is no more to do */
	/* Does some of what there is to do: 1 there is more, 0 that was all, or an error, which cm_run_fail tells.  After one that
	 * fails it is called again, later each time, up to half a minute. */
	int (*tick)(struct cm_run *run, void *arg);
	void *arg;
};

/* Runs a job on the database that `url` names; the program's exit status.  once: without waiting, until all is done or a tick fails,
 * for timers and tests; where another process works it is done at once. */
int cm_runner_main(const struct cm_runner *runner, const char *url, bool once);

/* The rest is for a tick. */

/* Whether to go on: false when the job is told to end, or another process has the lease by now.  Renews the lease where that is due, so a
 * tick that takes longer than a second asks now and then. */
bool cm_run_goes_on(struct cm_run *run);

/* What the job's row tells of it: sets a figure; the name is borrowed for good. */
void cm_run_figure(struct cm_run *run, const char *name, int64_t value);

/* The next tick comes after so many milliseconds, where this one says that there is no more to do. */
void cm_run_again_in(struct cm_run *run, int ms);

/* Says what went wrong, a sentence; returns error. */
int cm_run_fail(struct cm_run *run, int error, const char *problem);

#endif
