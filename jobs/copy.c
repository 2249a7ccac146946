/*
 * copy: callmetrics copy FROM.db postgresql://...
 *
 * Moves a call database to a server: the work is cm_database_copy; `callmetrics compare` proves it afterwards.
 */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "database_copy.h"
#include "progress.h"
#include "schema.h"
#include "store.h"

static int
usage(FILE *out, int status)
{
	fprintf(out, "usage: callmetrics copy FROM.db postgresql://[USER@][HOST[:PORT]]/DATABASE\n\n"
	    "Copies all that a SQLite call database holds (calls, steps, rollups, counters, events ...) into a database on a\n"
	    "PostgreSQL server, which must be there and empty, and then asks both every question and compares the answers.  Stop\n"
	    "what writes to it first: POST /events, and the voice app.  May be broken off and run again: it goes on where it was.\n\n"
	    "Exit status: 0 it is copied and answers alike; 1 it is not; 2 it was not understood.\n");
	return status;
}

static int
explain_failure(const struct cm_store *to, int rc)
{
	fprintf(stderr, "callmetrics copy: %s\n", rc == CM_ENOTFOUND
		? "that database holds calls already; copy into an empty one"
		: cm_store_problem(to));
	return 1;
}

/* Whether there is something to copy: else the target stays as it is. */
static int
look_at_source(const char *url)
{
	struct cm_store *store;
	int rc;

	if (cm_store_open(url, CM_STORE_READ, &store) < 0)
		return 1;
	rc = cm_store_begin(store);
	cm_store_end(store, false);
	if (rc < 0)
		rc = explain_failure(store, rc);
	cm_store_close(store);
	return rc;
}

/* Makes our tables in the target, unless they are there. */
static int
make_target(const char *url, const struct cm_progress *progress)
{
	struct cm_store *store;
	int rc;

	if (cm_store_open(url, CM_STORE_CREATE, &store) < 0)
		return 1;
	rc = cm_schema_create_for_copy(store, progress);
	if (rc < 0)
		rc = explain_failure(store, rc);
	cm_store_close(store);
	return rc;
}

static int
copy(const char *from_url, const char *to_url, const struct cm_progress *progress)
{
	struct cm_store *from = NULL, *to = NULL;
	int rc;

	if (cm_store_open(from_url, CM_STORE_READ, &from) < 0 || cm_store_open(to_url, CM_STORE_COPY, &to) < 0) {
		cm_store_close(from);
		return 1;
	}
	rc = cm_database_copy(from, to, progress);
	if (rc < 0)
		rc = explain_failure(to, rc);
	cm_store_close(from);
	cm_store_close(to);
	return rc;
}

/* Goes on as the program `compare` beside this one. */
static int
compare(char *from_url, char *to_url)
{
	char path[PATH_MAX + 16], name[] = "compare";
	char *const argv[] = { name, from_url, to_url, NULL };
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);

	if (length > 0) {
		path[length] = '\0';
		strcpy(strrchr(path, '/') + 1, name);
		execv(path, argv);
	}
	fprintf(stderr, "callmetrics copy: %s cannot be run; compare them by: callmetrics compare\n", path);
	return 1;
}

int
main(int argc, char **argv)
{
	struct cm_bar bar = { 0 };
	struct cm_progress progress = { .step = cm_bar_step, .arg = &bar };
	int rc;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	if (argc != 3 || *argv[1] == '-' || strncmp(argv[2], "postgres", 8) != 0 || strncmp(argv[1], "postgres", 8) == 0)
		return usage(stderr, 2);
	if ((rc = look_at_source(argv[1])) == 0 && (rc = make_target(argv[2], &progress)) == 0)
		rc = copy(argv[1], argv[2], &progress);
	if (rc != 0)
		return rc;
	printf("%s: copied\n", argv[1]);
	fflush(stdout);
	return compare(argv[1], argv[2]);
}
