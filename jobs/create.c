/* create: callmetrics create DATABASE; the work is cm_schema_create. */
#include "config.h"

#include <stdio.h>

#include "admin.h"
#include "chunks.h"
#include "schema.h"

static const struct cm_param options_of_create[] = { CM_JOB_EXCLUSIVE, CM_ADMIN_TIMESCALE, { 0 } };

static struct cm_chunking chunking;

static int
make_url(const char *url, const struct cm_progress *progress, char problem[CM_ATTACH_PROBLEM])
{
	struct cm_store *store;
	int rc;

	if ((rc = cm_store_open(url, CM_STORE_CREATE, &store)) < 0)
		return rc;
	problem[0] = '\0';
	if ((rc = cm_schema_create(store, progress)) == 0)
		rc = cm_chunks_make(store, &chunking, problem);
	if (rc < 0)
		snprintf(problem, CM_ATTACH_PROBLEM, "%s", cm_store_problem(store));
	cm_store_close(store);
	return rc;
}

static int
create(const struct cm_options *options)
{
	static const struct cm_admin admin = {
		.on_url = make_url,
		.done = "ready for calls that are sent",
		.refused = "this is the voice app's own call database; run: callmetrics attach DATABASE",
	};

	chunking = cm_admin_chunking(options);
	return cm_admin_run(options, &admin);
}

static const struct cm_job job = {
	.command = {
	    .name = "create", .summary = "Makes a new call database, for calls that are sent.",
	    .about =
	    "Makes a new call database for calls that are sent (POST /events, import).  A voice app that has a "
	    "database of its own is attached instead.  Does nothing where it is there already.",
	    .options = options_of_create, .arguments = cm_admin_arguments,
	},
	.run = create,
};

int
main(int argc, char **argv)
{
	return cm_job_main(&job, argc, argv);
}
