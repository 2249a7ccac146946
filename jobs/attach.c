/* attach: callmetrics attach DATABASE; the work is cm_attach. */
#include "config.h"

#include "admin.h"
#include "attach.h"

static const struct cm_param options_of_attach[] = {
	CM_JOB_EXCLUSIVE,
	CM_ADMIN_TIMESCALE,
	{ "tz", CM_ZONE, .help = "the time zone of times without an offset; UTC where it was never given" },
	{ 0 },
};

static const char *zone;
static struct cm_chunking chunking;

static int
attach_url(const char *url, const struct cm_progress *progress, char problem[CM_ATTACH_PROBLEM])
{
	return cm_attach(url, zone, &chunking, progress, problem);
}

static int
attach(const struct cm_options *options)
{
	static const struct cm_admin admin = {
		.on_url = attach_url, .done = "attached; what the app writes is read as it comes",
		.refused = "it has no table `calls`, so it is no voice app's database; run: callmetrics create DATABASE",
	};

	zone = cm_options_text(options, "tz");
	chunking = cm_admin_chunking(options);
	return cm_admin_run(options, &admin);
}

static const struct cm_job job = {
	.command = {
	    .name = "attach", .summary = "Follows the call database of a voice app, and reads its calls.",
	    .about =
	    "Puts a journal into the call database of a voice app, with the app running: a table that its own writes name the rows in "
	    "that they made, changed or took away.  What callmetrics makes of them lies in a file of its own beside it, "
	    "DATABASE.callmetrics.  May be broken off and run again; run once more it mends triggers that a migration took along, and "
	    "reads what they missed.",
	    .options = options_of_attach, .arguments = cm_admin_arguments,
	},
	.run = attach,
};

int
main(int argc, char **argv)
{
	return cm_job_main(&job, argc, argv);
}
