/* roles: callmetrics roles DATABASE; the work is cm_schema_roles. */
#include "config.h"

#include "admin.h"
#include "schema.h"

int
main(int argc, char **argv)
{
	static const struct cm_job job = {
		.name = "roles",
		.summary =
		    "Makes the roles callmetrics_owner, callmetrics_writer and callmetrics_reader on a PostgreSQL server, which are\n"
		    "given to roles that log in, and the wall between tenants (row-level security).  Again after attaching.",
		.mode = CM_STORE_ADMIN,
		.work = cm_schema_roles,
		.done = "the roles are there; GRANT callmetrics_reader TO somebody",
		.refused = "it has no tables of callmetrics, or is a file, which has no roles",
	};

	return cm_job_main(&job, argc, argv);
}
