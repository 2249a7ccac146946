/* migrate: callmetrics migrate DATABASE; the work is cm_migrate. */
#include "config.h"

#include "admin.h"
#include "attach.h"

static const struct cm_param options_of_migrate[] = { CM_JOB_EXCLUSIVE, CM_ADMIN_TIMESCALE, { 0 } };

static struct cm_chunking chunking;

static int
migrate_url(const char *url, const struct cm_progress *progress, char problem[CM_ATTACH_PROBLEM])
{
	return cm_migrate(url, &chunking, progress, problem);
}

static int
migrate(const struct cm_options *options)
{
	static const struct cm_admin admin = {
		.on_url = migrate_url, .done = "up to date",
		.refused = "this is no call database of ours: it is not attached",
	};

	chunking = cm_admin_chunking(options);
	return cm_admin_run(options, &admin);
}

static const struct cm_job job = {
	.command = {
	    .name = "migrate", .summary = "Brings a call database up to the schema of this version.",
	    .about =
	    "Brings an attached call database up to the schema of this version, with the voice app running.",
	    .options = options_of_migrate, .arguments = cm_admin_arguments,
	},
	.run = migrate,
};

int
main(int argc, char **argv)
{
	return cm_job_main(&job, argc, argv);
}
