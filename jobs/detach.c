/* detach: callmetrics detach DATABASE; the work is cm_schema_detach. */
#include "config.h"

#include "admin.h"
#include "schema.h"

int
main(int argc, char **argv)
{
	static const struct cm_job job = {
		.name = "detach",
		.summary =
		    "Takes the tables and triggers of callmetrics out of a call database; the tables of the voice app stay as they are.\n"
		    "Rollups of calls that were pruned are lost.",
		.mode = CM_STORE_ADMIN,
		.work = cm_schema_detach,
		.done = "detached",
		.refused = "this is no call database of ours: it is not attached",
	};

	return cm_job_main(&job, argc, argv);
}
