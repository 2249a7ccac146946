/* admin: what the jobs that work on the schema have in common; see admin.h. */
#include "config.h"

#include "admin.h"

#include <stdio.h>

#include "error.h"
#include "progress.h"
#include "schema.h"

const struct cm_param cm_admin_options[] = { CM_JOB_EXCLUSIVE, { 0 } };
const struct cm_param cm_admin_arguments[] = { CM_JOB_DATABASE(.required = true), { 0 } };

struct cm_chunking
cm_admin_chunking(const struct cm_options *options)
{
	return (struct cm_chunking){ .wanted = cm_options_flag(options, "timescale"),
		.compress_after_days = cm_options_int(options, "compress-after") };
}

static int
finish(const struct cm_options *options, const struct cm_admin *admin, const char *url, int rc, const char *problem)
{
	char shown[CM_SHOWN_URL];

	if (rc < 0)
		return cm_job_fail(options, "%s: %s", cm_store_shown(url, shown), rc == CM_ENOTFOUND ? admin->refused : problem);
	printf("%s: %s\n", cm_store_shown(url, shown), admin->done);
	if (problem[0] != '\0')
		printf("%s\n", problem);
	return 0;
}

int
cm_admin_run(const struct cm_options *options, const struct cm_admin *admin)
{
	struct cm_bar bar = { 0 };
	struct cm_progress progress = { .step = cm_bar_step, .arg = &bar, .exclusive = cm_options_flag(options, "exclusive") };
	const char *url = cm_options_text(options, "database");
	char problem[CM_ATTACH_PROBLEM];
	struct cm_store *store;
	int rc;

	if (admin->on_url != NULL) {
		rc = admin->on_url(url, &progress, problem);
		return finish(options, admin, url, rc, problem);
	}
	if (cm_store_open(url, admin->mode, &store) < 0)
		return 1;
	rc = admin->work(store, &progress);
	rc = finish(options, admin, url, rc, rc < 0 ? cm_store_problem(store) : "");
	cm_store_close(store);
	return rc;
}
