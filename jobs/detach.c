/* detach: callmetrics detach DATABASE; the work is cm_schema_detach. */
#include "config.h"

#include "admin.h"
#include "schema.h"

static int
detach(const struct cm_options *options)
{
	static const struct cm_admin admin = {
		.mode = CM_STORE_ADMIN, .work = cm_schema_detach,
		.done = "detached",
		.refused = "this is no call database of ours: it is not attached",
	};

	return cm_admin_run(options, &admin);
}

static const struct cm_job job = {
	.command = {
	    .name = "detach", .summary = "Takes callmetrics out of the call database of a voice app.",
	    .about =
	    "Takes the tables and triggers of callmetrics out of a call database; the tables of the voice app "
	    "stay as they are.  Rollups of calls that were pruned are lost.",
	    .options = cm_admin_options, .arguments = cm_admin_arguments,
	},
	.run = detach,
};

int
main(int argc, char **argv)
{
	return cm_job_main(&job, argc, argv);
}
