/* follow: callmetrics follow DATABASE; takes in what a voice app writes, and sees to what a question may not do. */
#include "config.h"

#include <stdio.h>

#include "error.h"
#include "follow.h"
#include "job.h"
#include "pace.h"
#include "progress.h"
#include "runner.h"

/* While the app writes it is looked at often, so that a question finds little to take. */
enum { TICK_MS = 200, BUSY_TICK_MS = 20, TEND_MS = 10000, CATCH_UP_MS = 60000, SLICE_MS = 1000, COMPARE_MS = 86400 * 1000 };

static const struct cm_param options[] = {
	{ "once", CM_FLAG, .help = "take in what is there, mend what is to be mended, and end" },
	{ "compare", CM_FLAG, .help = "with --once: read all rows anew, too, and mend what is not as it is known" },
	{ 0 },
};

static const struct cm_param arguments[] = { CM_JOB_DATABASE(.required = true), { 0 } };

/* All that is to be done now; taking in lasts so many milliseconds at most. */
static int
work(struct cm_follow *follow, bool compare, int most_ms, const struct cm_progress *progress, int64_t *mended)
{
	int64_t behind;
	int rc;

	/* What cannot be taken in may be mended. */
	if ((rc = cm_follow_catch_up(follow, most_ms, &behind)) == CM_ENOMEM || (rc = cm_follow_tend(follow, progress, mended)) < 0 ||
	    (rc = cm_follow_catch_up(follow, most_ms, &behind)) < 0)
		return rc;
	if (compare && (rc = cm_follow_sweep(follow, false, progress, mended)) < 0)
		return rc;
	return cm_follow_trim(follow);
}

static int
once(const struct cm_options *given, struct cm_follow *follow)
{
	struct cm_bar bar = { 0 };
	const struct cm_progress progress = { .step = cm_bar_step, .arg = &bar };
	int64_t mended;

	if (work(follow, cm_options_flag(given, "compare"), CATCH_UP_MS, &progress, &mended) < 0)
		return cm_job_fail(given, "%s", cm_follow_problem(follow));
	printf("taken in; rows that were mended: %lld\n", (long long)mended);
	return 0;
}

/* What a run for good has come to. */
struct following {
	struct cm_follow *follow;
	int64_t tended_ms;		/* when that was last done; 0: not yet */
	int64_t compared_ms;
	int64_t mended;
	int pause_ms;
};

/* Takes in what is there, for a second at most, so that the lease is renewed in between. */
static int
take(struct cm_run *run, struct following *following, int64_t *behind)
{
	int64_t rows = cm_follow_rows(following->follow);
	int rc = cm_follow_catch_up(following->follow, SLICE_MS, behind);

	rows = cm_follow_rows(following->follow) - rows;
	following->pause_ms = rows > 0 ? BUSY_TICK_MS : following->pause_ms < TICK_MS / 2 ? 2 * following->pause_ms : TICK_MS;
	cm_run_again_in(run, following->pause_ms);
	cm_run_figure(run, "behind", *behind);
	return rc;
}

static bool
goes_on(void *arg)
{
	return cm_run_goes_on(arg);
}

static int
tend(struct cm_run *run, struct following *following, int64_t now_ms)
{
	bool compare = now_ms - following->compared_ms >= COMPARE_MS;
	const struct cm_progress progress = { .goes_on = goes_on, .arg = run };
	int64_t mended = 0;
	int rc = work(following->follow, compare, SLICE_MS, &progress, &mended);

	following->tended_ms = rc < 0 ? 0 : now_ms;
	following->compared_ms = compare ? now_ms : following->compared_ms;
	cm_run_figure(run, "mended", following->mended += mended);
	return rc;
}

static int
tick(struct cm_run *run, void *arg)
{
	struct following *following = arg;
	int64_t now_ms = cm_pace_now_ms(), behind = 0;
	int rc = take(run, following, &behind);

	if (rc == 0 && behind > 0)
		return 1;
	/* What cannot be taken in may be mended. */
	if (rc != CM_ENOMEM && (rc < 0 || following->tended_ms == 0 || now_ms - following->tended_ms >= TEND_MS))
		rc = tend(run, following, now_ms);
	return rc < 0 ? cm_run_fail(run, rc, cm_follow_problem(following->follow)) : 0;
}

static int
follow(const struct cm_options *given)
{
	struct following following = { .compared_ms = cm_pace_now_ms(), .pause_ms = TICK_MS };
	const struct cm_runner runner = { .name = "follow", .every_ms = TICK_MS, .tick = tick, .arg = &following };
	const char *url = cm_options_text(given, "database");
	int status;

	if (cm_follow_open(url, &following.follow) < 0)
		return cm_job_fail(given, "Out of memory.");
	status = cm_options_flag(given, "once") ? once(given, following.follow) : cm_runner_main(&runner, url, false);
	cm_follow_close(following.follow);
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
