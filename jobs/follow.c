/* follow: callmetrics follow DATABASE; takes in what a voice app writes, and sees to what a question may not do. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "follow.h"
#include "job.h"
#include "pace.h"
#include "progress.h"

enum { TICK_MS = 200, TEND_MS = 10000, CATCH_UP_MS = 60000, DAY_S = 86400 };

static volatile sig_atomic_t stopped;

static void
stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static const struct cm_param options[] = {
	{ "once", CM_FLAG, .help = "take in what is there, mend what is to be mended, and end" },
	{ "compare", CM_FLAG, .help = "with --once: read all rows anew, too, and mend what is not as it is known" },
	{ 0 },
};

static const struct cm_param arguments[] = { CM_JOB_DATABASE(.required = true), { 0 } };

/* All that is to be done now. */
static int
work(struct cm_follow *follow, bool compare, int64_t *mended)
{
	struct cm_bar bar = { 0 };
	struct cm_progress progress = { .step = cm_bar_step, .arg = &bar };
	int64_t behind;
	int rc;

	if ((rc = cm_follow_catch_up(follow, CATCH_UP_MS, &behind)) < 0 || (rc = cm_follow_tend(follow, mended)) < 0)
		return rc;
	if (compare && (rc = cm_follow_sweep(follow, false, &progress, mended)) < 0)
		return rc;
	return cm_follow_trim(follow);
}

static int
once(const struct cm_options *given, struct cm_follow *follow)
{
	int64_t mended;

	if (work(follow, cm_options_flag(given, "compare"), &mended) < 0)
		return cm_job_fail(given, "%s", cm_follow_problem(follow));
	printf("taken in; rows that were mended: %lld\n", (long long)mended);
	return 0;
}

static void
sleep_ms(long ms)
{
	const struct timespec length = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&length, NULL);
}

/* For good: what fails is tried again, and told when it is another failure than the last. */
static int
for_good(struct cm_follow *follow)
{
	int64_t tended_ms = 0, compared_ms = cm_pace_now_ms(), behind, mended, now_ms;
	bool compare;
	int rc;

	for (; !stopped; sleep_ms(TICK_MS)) {
		now_ms = cm_pace_now_ms();
		compare = now_ms - compared_ms >= (int64_t)DAY_S * 1000;
		if (tended_ms != 0 && now_ms - tended_ms < TEND_MS) {
			rc = cm_follow_catch_up(follow, CATCH_UP_MS, &behind);
		} else {
			rc = work(follow, compare, &mended);
			tended_ms = now_ms;
			compared_ms = compare ? now_ms : compared_ms;
		}
		if (rc < 0) {
			fprintf(stderr, "callmetrics follow: %s\n", cm_follow_problem(follow));
			sleep_ms(TEND_MS / 10);
		}
	}
	return 0;
}

static int
follow(const struct cm_options *given)
{
	struct cm_follow *follow;
	int status;

	signal(SIGTERM, stop);
	signal(SIGINT, stop);
	if (cm_follow_open(cm_options_text(given, "database"), &follow) < 0)
		return cm_job_fail(given, "Out of memory.");
	status = cm_options_flag(given, "once") ? once(given, follow) : for_good(follow);
	cm_follow_close(follow);
	return status;
}

static const struct cm_job job = {
	.command = {
	    .name = "follow", .summary = "Takes in what a voice app writes, and mends what was missed.",
	    .about =
	    "Questions take in what the app wrote before they answer.  This keeps that short, removes what was taken from the journal, "
	    "sees within seconds that a migration took the triggers along, makes them again and reads what they missed, and reads all rows "
	    "anew once a day.  It runs until it is told to end.",
	    .options = options, .arguments = arguments,
	},
	.run = follow,
};

int
main(int argc, char **argv)
{
	return cm_job_main(&job, argc, argv);
}
