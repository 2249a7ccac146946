/*
 * prune: callmetrics prune --days N [DATABASE]
 *
 * Removes our copies of calls, timed steps and spoken lines that are older than N days; rollups and counters stay, so that
 * counts, sums and (within the width of a bin) percentiles of that time are still answered.  The voice app's own tables are
 * not touched.  Active calls stay.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "clock.h"
#include "job.h"
#include "progress.h"
#include "schema.h"
#include "store.h"

static int
prune(const struct cm_options *options)
{
	const char *url = cm_options_text(options, "database");
	cm_us before = cm_time_floor(cm_now_us(), CM_DAY_US) - cm_options_int(options, "days") * CM_DAY_US;
	struct cm_bar bar = { 0 };
	struct cm_progress progress = { .step = cm_bar_step, .arg = &bar, .exclusive = cm_options_flag(options, "exclusive") };
	char shown[CM_SHOWN_URL];
	struct cm_store *store;
	int64_t removed = 0;
	int rc;

	if (cm_store_open(url, CM_STORE_RETENTION, &store) < 0)
		return 1;
	if ((rc = cm_schema_prune(store, before, &progress, &removed)) < 0)
		rc = cm_job_fail(options, "%s: %s", cm_store_shown(url, shown), cm_store_problem(store));
	else
		printf("%s: %" PRId64 " rows removed\n", cm_store_shown(url, shown), removed);
	cm_store_close(store);
	return rc;
}

static const struct cm_param options[] = {
	{ "days", CM_INT, .min = 1, .max = 3660, .required = true, .help = "how many days of calls stay" },
	CM_JOB_EXCLUSIVE,
	{ 0 },
};

static const struct cm_param arguments[] = { CM_JOB_DATABASE(.required = true, .setting = "CALLMETRICS_DB"), { 0 } };

static const struct cm_job job = {
	.command = {
	    .name = "prune", .summary = "Removes old calls; their counts, sums and percentiles stay.",
	    .about =
	    "Removes the copies of calls that started more than N whole days of UTC ago, and of their steps and lines.  Rollups "
	    "and counters stay: counts and sums of that time are answered as before, percentiles to within 0.2 per cent, marked "
	    "\"exact\": false.  The voice app's own tables are not touched, and active calls stay.",
	    .options = options, .arguments = arguments,
	},
	.run = prune,
};

int
main(int argc, char **argv)
{
	return cm_job_main(&job, argc, argv);
}
