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

#include "chunks.h"
#include "error.h"
#include "database_copy.h"
#include "job.h"
#include "progress.h"
#include "schema.h"
#include "store.h"

static int
explain_failure(const struct cm_store *to, int rc)
{
	fprintf(stderr, "callmetrics copy: %s\n", rc == CM_ENOTFOUND
		? "that database holds calls or other facts already; copy into an empty one"
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
make_target(const char *url, const struct cm_chunking *chunking, const struct cm_progress *progress)
{
	char said[CM_CHUNKS_SAID] = "";
	struct cm_store *store;
	int rc;

	if (cm_store_open(url, CM_STORE_CREATE, &store) < 0)
		return 1;
	if ((rc = cm_schema_create_for_copy(store, progress)) == 0)
		rc = cm_chunks_make(store, chunking, said);
	if (rc < 0)
		rc = explain_failure(store, rc);
	else if (said[0] != '\0')
		printf("%s\n", said);
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
compare(const char *from_url, const char *to_url)
{
	char path[PATH_MAX + 16], name[] = "compare";
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);

	if (length > 0) {
		path[length] = '\0';
		strcpy(strrchr(path, '/') + 1, name);
		execl(path, name, from_url, to_url, (char *)NULL);
	}
	fprintf(stderr, "callmetrics copy: %s cannot be run; compare them by: callmetrics compare\n", path);
	return 1;
}

static bool
is_server(const char *url)
{
	return strncmp(url, "postgresql://", 13) == 0 || strncmp(url, "postgres://", 11) == 0;
}

static int
run(const struct cm_options *options)
{
	const char *from = cm_options_text(options, "file"), *to = cm_options_text(options, "database");
	struct cm_bar bar = { 0 };
	struct cm_progress progress = { .step = cm_bar_step, .arg = &bar };
	const struct cm_chunking chunking = { .wanted = cm_options_flag(options, "timescale") };
	int rc;

	if (is_server(from) || !is_server(to))
		return cm_job_refuse(options, "it copies a SQLite file into a database on a server; %s is %s",
		    is_server(from) ? "FROM.db" : "DATABASE", is_server(from) ? "on a server" : "a file");
	if ((rc = look_at_source(from)) == 0 && (rc = make_target(to, &chunking, &progress)) == 0)
		rc = copy(from, to, &progress);
	if (rc != 0)
		return rc;
	printf("%s: copied\n", from);
	fflush(stdout);
	return compare(from, to);
}

static const struct cm_param options[] = {
	{ "timescale", CM_FLAG, .help = "make hypertables there, by TimescaleDB; done by itself where the extension is in the database" },
	{ 0 },
};

static const struct cm_param arguments[] = {
	{ "file", CM_PATH, .word = "FROM.db", .required = true, .help = "the SQLite file" },
	{ "database", CM_PATH, .word = "DATABASE", .required = true,
	    .help = "postgresql://[USER@][HOST[:PORT]]/NAME, which must be there and empty" },
	{ 0 },
};

static const struct cm_job job = {
	.command = {
	    .name = "copy", .summary = "Copies a call database from a SQLite file to a PostgreSQL server.",
	    .about =
	    "Copies all that a SQLite call database holds (calls, steps, rollups, counters, events ...) into a database on a "
	    "PostgreSQL server, which must be there and empty, and then asks both every question and compares the answers.  "
	    "Stop what writes to it first: POST /events, and the voice app.  May be broken off and run again: it goes on "
	    "where it was.",
	    .outcome = "0 it is copied and answers alike; 1 it is not; 2 it was not understood.",
	    .options = options, .arguments = arguments,
	},
	.run = run,
};

int
main(int argc, char **argv)
{
	return cm_job_main(&job, argc, argv);
}
