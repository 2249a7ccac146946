/* create: callmetrics create DATABASE; the work is cm_schema_create. */
#include "config.h"

#include "admin.h"
#include "schema.h"

static int
create(const struct cm_options *options)
{
	static const struct cm_admin admin = {
		.mode = CM_STORE_CREATE, .work = cm_schema_create,
		.done = "ready for calls that are sent",
		.refused = "this is the voice app's own call database; run: callmetrics attach DATABASE",
	};

	return cm_admin_run(options, &admin);
}

static const struct cm_job job = {
	.command = {
	    .name = "create", .summary = "Makes a new call database, for calls that are sent.",
	    .about =
	    "Makes a new call database for calls that are sent (POST /events, import).  A voice app that has a "
	    "database of its own is attached instead.  Does nothing where it is there already.",
	    .options = cm_admin_options, .arguments = cm_admin_arguments,
	},
	.run = create,
};

int
main(int argc, char **argv)
{
	return cm_job_main(&job, argc, argv);
}
