/* roles: callmetrics roles DATABASE; the work is cm_schema_roles. */
#include "config.h"

#include "admin.h"
#include "schema.h"

static int
roles(const struct cm_options *options)
{
	static const struct cm_admin admin = {
		.mode = CM_STORE_ADMIN, .work = cm_schema_roles,
		.done = "the roles are there; GRANT callmetrics_reader TO somebody",
		.refused = "it has no tables of callmetrics, or is a file, which has no roles",
	};

	return cm_admin_run(options, &admin);
}

static const struct cm_job job = {
	.command = {
	    .name = "roles", .summary = "Makes the roles of owner, writer and reader on a PostgreSQL server.",
	    .about =
	    "Makes the roles callmetrics_owner, callmetrics_writer and callmetrics_reader on a PostgreSQL server, "
	    "which are given to roles that log in, and the wall between tenants (row-level security).  Again "
	    "after attaching.",
	    .options = cm_admin_options, .arguments = cm_admin_arguments,
	},
	.run = roles,
};

int
main(int argc, char **argv)
{
	return cm_job_main(&job, argc, argv);
}
