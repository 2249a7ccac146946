/* attach: callmetrics attach DATABASE; the work is cm_schema_attach. */
#include "config.h"

#include "admin.h"
#include "schema.h"

static int
attach(const struct cm_options *options)
{
	static const struct cm_admin admin = {
		.mode = CM_STORE_ADMIN, .work = cm_schema_attach,
		.done = "attached; every write from now on is counted",
		.refused = "it has no table `calls`, so it is no voice app's database; run: callmetrics create DATABASE",
	};

	return cm_admin_run(options, &admin);
}

static const struct cm_job job = {
	.command = {
	    .name = "attach", .summary = "Adds callmetrics to the call database of a voice app, and copies its calls.",
	    .about =
	    "Adds the tables and triggers of callmetrics to a call database and copies its calls, with the voice "
	    "app running; from then on every write of the app is counted as it is made.  May be broken off and "
	    "run again.",
	    .options = cm_admin_options, .arguments = cm_admin_arguments,
	},
	.run = attach,
};

int
main(int argc, char **argv)
{
	return cm_job_main(&job, argc, argv);
}
