/*
 * check: callmetrics check [--repair] [DATABASE]
 *
 * Compares every pack of the rollups with the facts, says where they differ, and makes those anew.  Exit status: 0 all is as it is to be,
 * or is so now; 1 something differs, or could not be compared.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "array.h"
#include "check.h"
#include "error.h"
#include "job.h"
#include "progress.h"
#include "store.h"

enum { TOLD_MOST = 20 };

/* The first differences: they are told of when all is compared. */
struct told {
	struct cm_check_difference differences[TOLD_MOST];
	size_t count;
};

static void
keep(void *arg, const struct cm_check_difference *difference)
{
	struct told *told = arg;

	if (told->count < TOLD_MOST)
		told->differences[told->count++] = *difference;
}

static int
tell(const struct cm_options *options, struct cm_store *store, const struct cm_check *check, const struct told *told)
{
	const char *url = cm_options_text(options, "database");
	char text[CM_CHECK_TEXT], shown[CM_SHOWN_URL];
	size_t i;

	for (i = 0; i < told->count; i++) {
		if (cm_check_text(store, &told->differences[i], text) < 0)
			return cm_job_fail(options, "%s: %s", cm_store_shown(url, shown), cm_store_problem(store));
		printf("%s\n", text);
	}
	if (check->wrong > TOLD_MOST)
		printf("and %" PRId64 " more\n", check->wrong - TOLD_MOST);
	if (check->wrong == 0)
		printf("%s: %" PRId64 " packs are what the facts come to\n", cm_store_shown(url, shown), check->packs);
	else if (check->repair)
		printf("%s: %" PRId64 " packs differed and are made anew, of %" PRId64 "; %" PRId64 " are lost\n",
		    cm_store_shown(url, shown), check->wrong - check->lost, check->packs, check->lost);
	else
		printf("%s: %" PRId64 " packs differ from the facts, of %" PRId64 "; make them anew: callmetrics check --repair\n",
		    cm_store_shown(url, shown), check->wrong, check->packs);
	return check->wrong > (check->repair ? check->wrong - check->lost : 0);
}

static int
check(const struct cm_options *options)
{
	const char *url = cm_options_text(options, "database");
	struct cm_bar bar = { 0 };
	struct cm_progress progress = { .step = cm_bar_step, .arg = &bar };
	struct told told = { .count = 0 };
	struct cm_check check = { .repair = cm_options_flag(options, "repair"), .progress = &progress, .differs = keep, .arg = &told };
	char shown[CM_SHOWN_URL];
	struct cm_store *store;
	int rc;

	if (cm_store_open(url, check.repair ? CM_STORE_BULK : CM_STORE_READ, &store) < 0)
		return 1;
	if ((rc = cm_check_packs(store, &check)) < 0)
		rc = cm_job_fail(options, "%s: %s", cm_store_shown(url, shown),
		    rc == CM_ENOMEM ? "Out of memory." : cm_store_problem(store));
	else
		rc = tell(options, store, &check, &told);
	cm_store_close(store);
	return rc;
}

static const struct cm_param options[] = {
	{ "repair", CM_FLAG, .help = "makes the packs anew that differ from the facts" },
	{ 0 },
};

static const struct cm_param arguments[] = { CM_JOB_DATABASE(.required = true, .setting = "CALLMETRICS_DB"), { 0 } };

static const struct cm_job job = {
	.command = {
	    .name = "check", .summary = "Compares the rollups with the facts, and makes them anew where they differ.",
	    .about =
	    "Compares every pack of the rollups, from which counts and percentiles are answered, with the calls and timed steps, and "
	    "says where they differ; with --repair those are made anew, while whoever writes waits for as long as a day's facts take "
	    "that differs.  What is older than `prune` keeps is not compared, since its facts are gone; it has to be readable.  Exit "
	    "status 0: all is as it is to be, or is so now; 1: not so.",
	    .options = options, .arguments = arguments,
	},
	.run = check,
};

int
main(int argc, char **argv)
{
	return cm_job_main(&job, argc, argv);
}
