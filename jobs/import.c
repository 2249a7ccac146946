/*
 * import: callmetrics import FILE.csv [DATABASE]
 *
 * Takes the calls of a CSV file into a call database of our own; the work is cm_import_file.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "import.h"
#include "progress.h"
#include "schema.h"
#include "settings.h"

enum { MAPS_MOST = 32 };

static int
usage(FILE *out, int status)
{
	size_t i;

	fprintf(out, "usage: callmetrics import [--map OURS=THEIRS,...] [--dry-run] [--again] [--exclusive] FILE.csv [DATABASE]\n\n"
	    "Takes calls into a call database of our own (callmetrics create): a file that export-csv wrote, or any other whose first\n"
	    "line names its columns.  May be broken off and run again: it goes on where it was.  A line that was taken before, or\n"
	    "tells nothing new of its call, changes nothing; one that makes no sense goes into FILE.csv.rejected with its number and\n"
	    "the reason, and costs no other.\n\n"
	    "  --map        which column of the file is which of ours, where the names differ:\n"
	    "               --map 'started_at=Start Time,duration_seconds=Length'; may be given several times\n"
	    "  --dry-run    stores nothing; says what would come of it, and prints the lines that make no sense\n"
	    "  --again      from the beginning, though the file was taken before\n"
	    "  --exclusive  nobody else uses the database now: in longer transactions and without pauses, many times faster\n\n"
	    "Ours:");
	for (i = 0; cm_import_column(i) != NULL; i++)
		fprintf(out, "%s%s", i % 8 == 0 ? "\n  " : " ", cm_import_column(i));
	fprintf(out, "\n\ncall_id is needed, and started_at, or ended_at and duration_seconds.  Times are RFC 3339, or Unix seconds;\n"
	    "\"2026-02-06 10:30:00\" is UTC.  docs/sending-calls.md has the rest.\n\n"
	    "Exit status: 0 all lines were taken; 1 some were not, or it was broken off; 2 it was not understood.\n");
	return status;
}

struct options {
	struct cm_import import;
	const char *maps[MAPS_MOST + 1];
	size_t map_count;
	bool exclusive;
	const char *database;
	size_t names;
};

static bool
read_options(int argc, char **argv, struct options *options)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--dry-run") == 0)
			options->import.dry_run = true;
		else if (strcmp(argv[i], "--again") == 0)
			options->import.again = true;
		else if (strcmp(argv[i], "--exclusive") == 0)
			options->exclusive = true;
		else if (strcmp(argv[i], "--map") == 0 && i + 1 < argc && options->map_count < MAPS_MOST)
			options->maps[options->map_count++] = argv[++i];
		else if (*argv[i] == '-' || options->names == 2)
			return false;
		else if (options->names++ == 0)
			options->import.path = argv[i];
		else
			options->database = argv[i];
	}
	options->import.maps = options->maps;
	return options->names > 0 && options->database != NULL;
}

static void
print_refused(void *arg, int64_t line, const char *call_id, const char *why)
{
	(void)arg;
	printf("line %" PRId64 "%s%s: %s\n", line, *call_id != '\0' ? ", call " : "", call_id, why);
}

static int
explain_failure(const struct options *options, const struct cm_store *store, int rc, const struct cm_import_result *result)
{
	char shown[CM_SHOWN_URL];
	const char *why = *result->problem != '\0' ? result->problem : cm_store_problem(store);

	if (rc == CM_ENOTFOUND)
		why = "This is the voice app's own call database: what is in its table `calls` is counted as it is written there.  "
		    "For calls of a file make a database of our own: callmetrics create OTHER.db";
	fprintf(stderr, "callmetrics import: %s\n", rc == CM_ENOMEM ? "out of memory" : why);
	if (rc == CM_EBUSY)
		fprintf(stderr, "callmetrics import: the same again goes on where it was\n");
	if (rc == CM_ESTORE)
		fprintf(stderr, "callmetrics import: `callmetrics create %s` makes a database that takes calls\n",
		    cm_store_shown(options->database, shown));
	return rc == CM_EPARAM ? 2 : 1;
}

static int
tell(const struct options *options, const struct cm_import_result *result)
{
	const struct cm_import *import = &options->import;

	if (*result->ignored != '\0')
		fprintf(stderr, "%s: columns that mean nothing here: %s\n", import->path, result->ignored);
	if (result->finished)
		fprintf(stderr, "%s: was taken before; --again reads it once more\n", import->path);
	printf("%s: %s%" PRId64 " calls added, %" PRId64 " changed, %" PRId64 " lines known already, %" PRId64 " rejected%s\n",
	    import->path, import->dry_run ? "would be: " : "", result->added, result->changed, result->known, result->rejected,
	    result->resumed && !result->finished ? ", with what an earlier run did" : "");
	if (result->rejected > 0 && !import->dry_run)
		printf("%s.rejected says which and why\n", import->path);
	return result->rejected > 0;
}

int
main(int argc, char **argv)
{
	struct options options = { .database = cm_setting("CALLMETRICS_DB"), .import = { .refused = NULL } };
	struct cm_bar bar = { 0 };
	struct cm_progress progress = { .step = cm_bar_step, .arg = &bar };
	struct cm_import_result result;
	struct cm_store *store;
	int rc;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	if (!read_options(argc, argv, &options))
		return usage(stderr, 2);
	if (cm_store_open(options.database, options.import.dry_run ? CM_STORE_READ : CM_STORE_BULK, &store) < 0)
		return 1;
	progress.exclusive = options.exclusive;
	if (options.import.dry_run)
		options.import.refused = print_refused;
	rc = cm_import_file(store, &options.import, &progress, &result);
	rc = rc < 0 ? explain_failure(&options, store, rc, &result) : tell(&options, &result);
	cm_store_close(store);
	return rc;
}
