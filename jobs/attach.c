/* attach: callmetrics attach DATABASE; the work is cm_schema_attach. */
#include "config.h"

#include "admin.h"
#include "schema.h"

int
main(int argc, char **argv)
{
	static const struct cm_job job = {
		.name = "attach",
		.summary =
		    "Adds the tables and triggers of callmetrics to a call database and copies its calls, with the voice app\n"
		    "running; from then on every write of the app is counted as it is made.  May be broken off and run again.",
		.mode = CM_STORE_ADMIN,
		.work = cm_schema_attach,
		.done = "attached; every write from now on is counted",
		.refused = "it has no table `calls`, so it is no voice app's database; run: callmetrics create DATABASE",
	};

	return cm_job_main(&job, argc, argv);
}
