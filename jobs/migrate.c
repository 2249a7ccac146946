/* migrate: callmetrics migrate DATABASE; the work is cm_schema_migrate. */
#include "config.h"

#include "admin.h"
#include "schema.h"

int
main(int argc, char **argv)
{
	static const struct cm_job job = {
		.name = "migrate",
		.summary =
		    "Brings an attached call database up to the schema of this version, with the voice app running.",
		.mode = CM_STORE_ADMIN,
		.work = cm_schema_migrate,
		.done = "up to date",
		.refused = "this is no call database of ours: it is not attached",
	};

	return cm_job_main(&job, argc, argv);
}
