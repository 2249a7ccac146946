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
		.work = cm_schema_migrate,
		.done = "up to date",
	};

	return cm_job_main(&job, argc, argv);
}
