/* create: callmetrics create DATABASE; the work is cm_schema_create. */
#include "config.h"

#include "admin.h"
#include "schema.h"
#include "store.h"

int
main(int argc, char **argv)
{
	static const struct cm_job job = {
		.name = "create",
		.summary =
		    "Makes a new call database for calls that are sent (POST /events, import).  A voice app that has a database of\n"
		    "its own is attached instead.  Does nothing where it is there already.",
		.mode = CM_STORE_CREATE,
		.work = cm_schema_create,
		.done = "ready for calls that are sent",
		.refused = "this is the voice app's own call database; run: callmetrics attach DATABASE",
	};

	return cm_job_main(&job, argc, argv);
}
