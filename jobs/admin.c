/* admin: what the jobs that work on the schema have in common; see admin.h. */
#include "config.h"

#include "admin.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "progress.h"
#include "schema.h"
#include "settings.h"

static int
usage(const struct cm_job *job, FILE *out, int status)
{
	fprintf(out, "usage: callmetrics %s [--exclusive] DATABASE\n\n%s\n\n"
	    "DATABASE is the path of a SQLite file, or postgresql://[USER@]HOST/NAME.\n\n"
	    "  --exclusive  nobody else uses the database now: does it in few long transactions, many times faster\n",
	    job->name, job->summary);
	return status;
}

static int
explain_failure(const struct cm_job *job, const struct cm_store *store, int rc)
{
	fprintf(stderr, "callmetrics %s: %s\n", job->name, rc == CM_ENOTFOUND ? job->refused : cm_store_problem(store));
	return 1;
}

int
cm_job_main(const struct cm_job *job, int argc, char **argv)
{
	struct cm_bar bar = { 0 };
	struct cm_progress progress = { .step = cm_bar_step, .arg = &bar };
	const char *path = cm_setting("CALLMETRICS_DB");
	char shown[CM_SHOWN_URL];
	struct cm_store *store;
	int rc;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(job, stdout, 0);
	if (argc > 1 && strcmp(argv[1], "--exclusive") == 0) {
		progress.exclusive = true;
		argc--;
		argv++;
	}
	if (argc == 2)
		path = argv[1];
	if (argc > 2 || path == NULL || *path == '-')
		return usage(job, stderr, 2);
	if (cm_store_open(path, job->mode, &store) < 0)
		return 1;
	rc = job->work(store, &progress);
	if (rc < 0)
		rc = explain_failure(job, store, rc);
	else
		printf("%s: %s\n", cm_store_shown(path, shown), job->done);
	cm_store_close(store);
	return rc;
}
