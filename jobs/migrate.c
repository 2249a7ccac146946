/* migrate: callmetrics migrate DATABASE; the work is cm_migrate. */
#include "config.h"

#include "admin.h"
#include "attach.h"

static int
migrate(const struct cm_options *options)
{
	static const struct cm_admin admin = {
		.on_url = cm_migrate, .done = "up to date",
		.refused = "this is no call database of ours: it is not attached",
	};

	return cm_admin_run(options, &admin);
}

static const struct cm_job job = {
	.command = {
	    .name = "migrate", .summary = "Brings a call database up to the schema of this version.",
	    .about =
	    "Brings an attached call database up to the schema of this version, with the voice app running.",
	    .options = cm_admin_options, .arguments = cm_admin_arguments,
	},
	.run = migrate,
};

int
main(int argc, char **argv)
{
	return cm_job_main(&job, argc, argv);
}
