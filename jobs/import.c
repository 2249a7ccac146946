/*
 * import: callmetrics import FILE.csv [DATABASE]
 *
 * Takes the calls of a CSV file into a call database of our own; the work is cm_import_file.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "error.h"
#include "import.h"
#include "job.h"
#include "progress.h"
#include "schema.h"

enum { MAPS_MOST = 32 };

static void
print_refused(void *arg, int64_t line, const char *call_id, const char *why)
{
	(void)arg;
	printf("line %" PRId64 "%s%s: %s\n", line, *call_id != '\0' ? ", call " : "", call_id, why);
}

static int
explain_failure(const struct cm_options *options, const struct cm_store *store, int rc, const struct cm_import_result *result)
{
	const char *why = *result->problem != '\0' ? result->problem : cm_store_problem(store);
	char shown[CM_SHOWN_URL];

	if (rc == CM_ENOTFOUND)
		why = "This is the voice app's own call database: what is in its table `calls` is counted as it is written there.  "
		    "For calls of a file make a database of our own: callmetrics create OTHER.db";
	cm_store_shown(cm_options_text(options, "database"), shown);
	if (rc == CM_ENOMEM)
		cm_job_fail(options, "out of memory");
	else if (*result->problem != '\0')
		cm_job_fail(options, "%s", why);
	else
		cm_job_fail(options, "%s: %s", shown, why);
	if (rc == CM_EBUSY)
		cm_job_fail(options, "the same again goes on where it was");
	return rc == CM_EPARAM ? 2 : 1;
}

static int
tell(const struct cm_import *import, const struct cm_import_result *result)
{
	if (*result->ignored != '\0')
		fprintf(stderr, "%s: columns that mean nothing here: %s\n", import->path, result->ignored);
	if (result->finished) {
		printf("%s: nothing was read: it was taken before, by a run that added %" PRId64 " calls, changed %" PRId64
		    ", knew %" PRId64 " lines already and rejected %" PRId64 "; --again reads it once more\n",
		    import->path, result->added, result->changed, result->known, result->rejected);
		return result->rejected > 0;
	}
	printf("%s: %s%" PRId64 " calls added, %" PRId64 " changed, %" PRId64 " lines known already, %" PRId64 " rejected%s\n",
	    import->path, import->dry_run ? "would be: " : "", result->added, result->changed, result->known, result->rejected,
	    result->resumed ? ", with what an earlier run did" : "");
	if (result->rejected > 0 && !import->dry_run)
		printf("%s.rejected says which and why\n", import->path);
	return result->rejected > 0;
}

static int
import(const struct cm_options *options)
{
	const char *maps[MAPS_MOST + 1];
	struct cm_import import = { .path = cm_options_text(options, "file"), .maps = maps,
		.dry_run = cm_options_flag(options, "dry_run"), .again = cm_options_flag(options, "again") };
	struct cm_bar bar = { 0 };
	struct cm_progress progress = { .step = cm_bar_step, .arg = &bar, .exclusive = cm_options_flag(options, "exclusive") };
	struct cm_import_result result;
	struct cm_store *store;
	int rc;

	cm_options_texts(options, "map", maps, nitems(maps));
	if (import.dry_run)
		import.refused = print_refused;
	if (cm_store_open(cm_options_text(options, "database"), import.dry_run ? CM_STORE_READ : CM_STORE_BULK, &store) < 0)
		return 1;
	rc = cm_import_file(store, &import, &progress, &result);
	rc = rc < 0 ? explain_failure(options, store, rc, &result) : tell(&import, &result);
	cm_store_close(store);
	return rc;
}

static const struct cm_param options[] = {
	{ "map", CM_ANY, .word = "OURS=THEIRS,...", .repeats = true,
	    .help = "which column of the file is which of ours, where the names differ: "
	    "'started_at=Start Time,duration_seconds=Length'; may be given several times" },
	{ "dry_run", CM_FLAG, .help = "store nothing; say what would come of it, and print the lines that make no sense" },
	{ "again", CM_FLAG, .help = "from the beginning, though the file was taken before" },
	CM_JOB_EXCLUSIVE,
	{ 0 },
};

static const struct cm_param arguments[] = {
	{ "file", CM_PATH, .word = "FILE.csv", .required = true, .help = "what `callmetrics export-csv` wrote, or any other with a head" },
	CM_JOB_DATABASE(.required = true, .setting = "CALLMETRICS_DB"),
	{ 0 },
};

static const char about[] =
    "Takes calls into a call database of our own (callmetrics create): a file that export-csv wrote, or any other whose first line "
    "names its columns.  May be broken off and run again: it goes on where it was.  A line that was taken before, or tells nothing "
    "new of its call, changes nothing; one that makes no sense goes into FILE.csv.rejected with its number and the reason, and "
    "costs no other.\n\n";

static const char rest[] =
    "call_id is needed, and started_at, or ended_at and duration_seconds.  Times are RFC 3339, or Unix seconds; \"2026-02-06 "
    "10:30:00\" is UTC.  docs/sending-calls.md has the rest.";

/* What it explains has the columns in it, which are the reader's own. */
static char *
explanation(void)
{
	static char text[4096];
	size_t i, used = (size_t)snprintf(text, sizeof text, "%sOur columns:", about);

	for (i = 0; cm_import_column(i) != NULL && used < sizeof text; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, " %s", cm_import_column(i));
	if (used < sizeof text)
		snprintf(text + used, sizeof text - used, ".\n\n%s", rest);
	return text;
}

int
main(int argc, char **argv)
{
	const struct cm_job job = {
		.command = {
		    .name = "import", .summary = "Takes the calls of a CSV file into a call database.", .about = explanation(),
		    .outcome = "0 all lines were taken; 1 some were not, or it was broken off; 2 it was not understood.",
		    .options = options, .arguments = arguments,
		},
		.run = import,
	};

	return cm_job_main(&job, argc, argv);
}
