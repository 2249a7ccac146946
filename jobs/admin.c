/* admin: what the jobs that work on the schema have in common; see admin.h. */
#include "config.h"

#include "admin.h"

#include <stdio.h>

#include "error.h"
#include "progress.h"
#include "schema.h"

const struct cm_param cm_admin_options[] = { CM_JOB_EXCLUSIVE, { 0 } };
const struct cm_param cm_admin_arguments[] = { CM_JOB_DATABASE(.required = true), { 0 } };

int
cm_admin_run(const struct cm_options *options, const struct cm_admin *admin)
{
	struct cm_bar bar = { 0 };
	struct cm_progress progress = { .step = cm_bar_step, .arg = &bar, .exclusive = cm_options_flag(options, "exclusive") };
	const char *url = cm_options_text(options, "database");
	char shown[CM_SHOWN_URL];
	struct cm_store *store;
	int rc;

	if (cm_store_open(url, admin->mode, &store) < 0)
		return 1;
	rc = admin->work(store, &progress);
	if (rc < 0)
		rc = cm_job_fail(options, "%s: %s", cm_store_shown(url, shown),
		    rc == CM_ENOTFOUND ? admin->refused : cm_store_problem(store));
	else
		printf("%s: %s\n", cm_store_shown(url, shown), admin->done);
	cm_store_close(store);
	return rc;
}
