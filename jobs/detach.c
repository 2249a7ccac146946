/* detach: callmetrics detach DATABASE; the work is cm_detach. */
#include "config.h"

#include "admin.h"
#include "attach.h"

static int
detach(const struct cm_options *options)
{
	static const struct cm_admin admin = {
		.on_url = cm_detach, .done = "detached",
		.refused = "this is no call database of ours: it is not attached",
	};

	return cm_admin_run(options, &admin);
}

static const struct cm_job job = {
	.command = {
	    .name = "detach", .summary = "Takes callmetrics out of the call database of a voice app.",
	    .about =
	    "Takes the journal out of the voice app's database, whose tables stay as they are, and removes what callmetrics made of "
	    "them, DATABASE.callmetrics.  Rollups of calls that were pruned are lost.  Calls that were sent and are nowhere else are not "
	    "removed so: there is nothing to detach from.",
	    .options = cm_admin_options, .arguments = cm_admin_arguments,
	},
	.run = detach,
};

int
main(int argc, char **argv)
{
	return cm_job_main(&job, argc, argv);
}
