/*
 * prune: callmetrics prune --days N [DATABASE]
 *
 * Removes our copies of calls, timed steps and spoken lines that are older than N days; rollups and counters stay, so that
 * counts, sums and (within the width of a bin) percentiles of that time are still answered.  The voice app's own tables are
 * not touched.  Active calls stay.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "progress.h"
#include "schema.h"
#include "settings.h"
#include "store.h"

static int
usage(FILE *out, int status)
{
	fprintf(out, "usage: callmetrics prune --days N [--exclusive] [DATABASE]\n\n"
	    "Removes the copies of calls that started more than N whole days of UTC ago, and of their steps and lines.  Rollups and\n"
	    "counters stay: counts and sums of that time are answered as before, percentiles to within 0.2 per cent, marked\n"
	    "\"exact\": false.  The voice app's own tables are not touched, and active calls stay.\n\n"
	    "  --days N     1 to 3660\n"
	    "  --exclusive  nobody else uses the database now: does it in few long transactions, many times faster\n");
	return status;
}

struct options {
	int64_t days;
	bool exclusive;
	const char *path;
};

static bool
read_days(const char *text, int64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	return errno == 0 && *text != '\0' && *end == '\0' && *out >= 1 && *out <= 3660;
}

static bool
read_options(int argc, char **argv, struct options *options)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--exclusive") == 0)
			options->exclusive = true;
		else if (strcmp(argv[i], "--days") == 0 && i + 1 < argc && read_days(argv[i + 1], &options->days))
			i++;
		else if (*argv[i] != '-' && i == argc - 1)
			options->path = argv[i];
		else
			return false;
	}
	return options->days > 0 && options->path != NULL;
}

int
main(int argc, char **argv)
{
	struct options options = { .path = cm_setting("CALLMETRICS_DB") };
	struct cm_bar bar = { 0 };
	struct cm_progress progress = { .step = cm_bar_step, .arg = &bar };
	char shown[CM_SHOWN_URL];
	struct cm_store *store;
	int64_t removed = 0;
	int rc;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	if (!read_options(argc, argv, &options))
		return usage(stderr, 2);
	if (cm_store_open(options.path, CM_STORE_RETENTION, &store) < 0)
		return 1;
	progress.exclusive = options.exclusive;
	rc = cm_schema_prune(store, cm_time_floor(cm_now_us(), CM_DAY_US) - options.days * CM_DAY_US, &progress, &removed);
	if (rc < 0)
		fprintf(stderr, "callmetrics prune: %s\n", cm_store_problem(store));
	else
		printf("%s: %" PRId64 " rows removed\n", cm_store_shown(options.path, shown), removed);
	cm_store_close(store);
	return rc < 0;
}
