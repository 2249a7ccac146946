/*
 * compare: callmetrics compare DATABASE DATABASE
 *
 * Asks both every question, of all their time and of its end, for all and by their labels, and compares the answers byte by byte.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "error.h"
#include "job.h"
#include "progress.h"
#include "store.h"

extern char **environ;

enum { FILTERS_MOST = 32, FILTER_TEXT = 512, QUERY_TEXT = 1024, PIECE = 65536, SIDES = 2 };

/* Every question, with what of it is to be compared; %s is the window and the filter. */
static const struct {
	const char *program;
	const char *query;
	bool streams;			/* every call: asked for all time without a filter, else for the last hour */
} questions[] = {
	{ "dashboard", "%s", false }, { "hourly", "%s", false }, { "daily", "%s", false }, { "latency", "%s", false },
	{ "latency", "%s&component=turn_e2e&interval=1d", false }, { "failures", "%s&limit=200", false },
	{ "latency-events", "%s&limit=200", false }, { "export", "%s&format=ndjson&metadata=1", true },
	{ "export", "%s&format=csv", true },
};

/* Those that have no window. */
static const char *const states[] = { "health", "prometheus" };

struct comparison {
	char folder[PATH_MAX];		/* of the programs */
	const char *urls[SIDES];
	cm_us first;
	cm_us last;
	size_t filter_count;
	char filters[FILTERS_MOST][FILTER_TEXT];
	int64_t asked;
	int64_t total;
	int64_t differing;
	struct cm_bar bar;
};

/* The folder cgi-bin beside the one that this program lies in. */
static int
find_programs(char folder[PATH_MAX])
{
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
	int i;

	if (length < 0)
		return CM_EIO;
	self[length] = '\0';
	for (i = 0; i < 2; i++)
		*strrchr(self, '/') = '\0';
	return snprintf(folder, PATH_MAX, "%s/cgi-bin", self) < PATH_MAX ? 0 : CM_EIO;
}

/* A value as it stands in a query. */
static void
encode(const char *value, char *to, size_t room)
{
	char *end = to + room - 4;

	for (; *value != '\0' && to < end; value++)
		to += sprintf(to, "%%%02X", (unsigned char)*value);
	*to = '\0';
}

static int
read_filters(struct cm_store *store, struct comparison *comparison)
{
	char value[FILTER_TEXT - 32];
	struct cm_rows *rows;
	int rc;

	comparison->filter_count = 1;
	if ((rc = cm_store_query(store, "move-words", NULL, &rows)) < 0)
		return rc;
	while (comparison->filter_count < FILTERS_MOST && (rc = cm_rows_next(rows)) > 0) {
		encode(cm_rows_text(rows, 1), value, sizeof value);
		snprintf(comparison->filters[comparison->filter_count++], FILTER_TEXT, "&%.24s=%s", cm_rows_text(rows, 0), value);
	}
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}

static int
read_span(struct cm_store *store, struct comparison *comparison)
{
	struct cm_rows *rows;
	int rc;

	if ((rc = cm_store_query(store, "calls-span", NULL, &rows)) < 0)
		return rc;
	if ((rc = cm_rows_next(rows)) > 0 && !cm_rows_null(rows, 0)) {
		comparison->first = cm_rows_int(rows, 0);
		comparison->last = cm_rows_int(rows, 1);
	}
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}

/* What there is to ask for, as the first of the two tells it. */
static int
look(struct comparison *comparison)
{
	struct cm_store *store;
	int rc;

	if ((rc = cm_store_open(comparison->urls[0], CM_STORE_READ, &store)) < 0)
		return rc;
	if ((rc = cm_store_begin(store)) == 0 && (rc = read_span(store, comparison)) == 0)
		rc = read_filters(store, comparison);
	cm_store_end(store, false);
	if (rc < 0)
		fprintf(stderr, "callmetrics compare: %s\n", cm_store_problem(store));
	cm_store_close(store);
	return rc;
}

/* Starts a program as CGI; the end from which its answer is read, or -1. */
static int
start(const struct comparison *comparison, int side, const char *program, const char *query, pid_t *pid)
{
	char path[PATH_MAX + 64], name[64];
	char *const argv[] = { name, NULL };
	posix_spawn_file_actions_t actions;
	int ends[2], error;

	snprintf(path, sizeof path, "%s/%s", comparison->folder, program);
	snprintf(name, sizeof name, "%s", program);
	/* A program must not hold the end from which the other one is read: that one would wait for ever once it is not. */
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	setenv("CALLMETRICS_DB", comparison->urls[side], 1);
	setenv("QUERY_STRING", query, 1);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", 0, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	error = posix_spawn(pid, path, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (error == 0)
		return ends[0];
	close(ends[0]);
	errno = error;
	return -1;
}

/* Reads until the buffer is full or the answer at its end; the bytes read. */
static size_t
read_piece(int fd, char *piece)
{
	size_t used = 0;
	ssize_t n;

	while (used < PIECE && (n = read(fd, piece + used, PIECE - used)) > 0)
		used += (size_t)n;
	return used;
}

/* Whether an answer is one; some questions refuse a window of years, which is an answer too. */
static bool
is_answer(const char *piece, size_t bytes)
{
	return bytes > 12 && (strncmp(piece, "Status: 200 ", 12) == 0 || strncmp(piece, "Status: 400 ", 12) == 0);
}

/* Whether two answers are the same; *refused: they are, and no answers. */
static bool
are_same(const int fds[SIDES], bool *refused)
{
	static char pieces[SIDES][PIECE];
	bool first = true, same = true;
	size_t bytes[SIDES];

	*refused = false;
	do {
		bytes[0] = read_piece(fds[0], pieces[0]);
		bytes[1] = read_piece(fds[1], pieces[1]);
		if (first)
			*refused = !is_answer(pieces[0], bytes[0]);
		first = false;
		same = bytes[0] == bytes[1] && memcmp(pieces[0], pieces[1], bytes[0]) == 0;
	} while (same && bytes[0] > 0);
	return same;
}

static void
tell(struct comparison *comparison, const char *program, const char *query, const char *what)
{
	comparison->differing++;
	fprintf(stderr, "\ncallmetrics compare: %s?%s %s\n", program, query, what);
}

/* Asks both; CM_EIO where a program cannot be started. */
static int
ask(struct comparison *comparison, const char *program, const char *query)
{
	int fds[SIDES] = { -1, -1 }, side, status, rc = 0;
	pid_t pids[SIDES] = { 0 };
	bool refused = false;

	for (side = 0; side < SIDES && rc == 0; side++)
		if ((fds[side] = start(comparison, side, program, query, &pids[side])) < 0)
			rc = CM_EIO;
	if (rc < 0)
		fprintf(stderr, "callmetrics compare: %s/%s cannot be run: %s\n", comparison->folder, program, strerror(errno));
	else if (!are_same(fds, &refused))
		tell(comparison, program, query, "is answered otherwise");
	else if (refused && strcmp(program, "health") != 0)
		tell(comparison, program, query, "is not answered");
	for (side = 0; side < SIDES; side++) {
		if (fds[side] >= 0)
			close(fds[side]);
		if (pids[side] > 0)
			waitpid(pids[side], &status, 0);
	}
	cm_bar_step(&comparison->bar, "comparing", ++comparison->asked, comparison->total);
	return rc;
}

static int
ask_window(struct comparison *comparison, cm_us from, const char *filter)
{
	char start_text[CM_TIME_TEXT], end_text[CM_TIME_TEXT], window[QUERY_TEXT], query[QUERY_TEXT + 64];
	bool whole = from == comparison->first && *filter == '\0', hour = from >= comparison->last - CM_HOUR_US;
	size_t i;
	int rc = 0;

	snprintf(window, sizeof window, "start_time=%s&end_time=%s%s", cm_time_text(from, start_text),
	    cm_time_text(comparison->last + CM_SECOND_US, end_text), filter);
	for (i = 0; i < nitems(questions) && rc == 0; i++) {
		if (questions[i].streams && !whole && !hour) {
			comparison->total--;
			continue;
		}
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(query, sizeof query, questions[i].query, window);
#pragma GCC diagnostic pop
		rc = ask(comparison, questions[i].program, query);
	}
	return rc;
}

static int
ask_filter(struct comparison *comparison, const char *filter)
{
	const cm_us from[] = { comparison->first, comparison->last - CM_DAY_US, comparison->last - CM_HOUR_US };
	size_t i;
	int rc = 0;

	for (i = 0; i < nitems(from) && rc == 0; i++)
		rc = ask_window(comparison, from[i] > comparison->first ? from[i] : comparison->first, filter);
	for (i = 0; i < nitems(states) && rc == 0; i++)
		rc = ask(comparison, states[i], filter + (*filter == '&'));
	return rc;
}

static int
ask_all(struct comparison *comparison)
{
	char now[CM_TIME_TEXT];
	size_t i;
	int rc = 0;

	setenv("CALLMETRICS_NOW", cm_time_text(comparison->last + CM_SECOND_US, now), 1);
	setenv("CALLMETRICS_QUERY_LIMIT_MS", "600000", 0);
	setenv("CALLMETRICS_LOG_LEVEL", "NONE", 0);
	setenv("REQUEST_METHOD", "GET", 1);
	setenv("REQUEST_ID", "c0", 1);
	unsetenv("CALLMETRICS_TENANT");
	unsetenv("SCRIPT_NAME");
	comparison->total = (int64_t)(comparison->filter_count * (3 * nitems(questions) + nitems(states)));
	for (i = 0; i < comparison->filter_count && rc == 0; i++)
		rc = ask_filter(comparison, comparison->filters[i]);
	return rc;
}

static int
compare(const struct cm_options *options)
{
	static struct comparison comparison;

	comparison.urls[0] = cm_options_text(options, "database");
	comparison.urls[1] = cm_options_text(options, "other");
	if (find_programs(comparison.folder) < 0 || look(&comparison) < 0 || ask_all(&comparison) < 0)
		return 1;
	if (comparison.differing > 0) {
		printf("%lld of %lld answers are not the same\n", (long long)comparison.differing, (long long)comparison.asked);
		return 1;
	}
	printf("%lld answers compared: all are the same\n", (long long)comparison.asked);
	return 0;
}

static const struct cm_param arguments[] = {
	CM_JOB_DATABASE(.required = true),
	{ "other", CM_PATH, .word = "DATABASE", .required = true, .help = "the one that it is compared with" },
	{ 0 },
};

static const struct cm_job job = {
	.command = {
	    .name = "compare", .summary = "Asks two databases every question, and compares the answers.",
	    .about =
	    "Asks both databases every question, of all their time, of their last day and of their last hour, for all calls "
	    "and by tenant, agent, provider and direction, and compares the answers byte by byte.  Nobody may write to them "
	    "meanwhile.",
	    .outcome = "0 they answer alike; 1 they do not, or could not be asked; 2 it was not understood.",
	    .arguments = arguments,
	},
	.run = compare,
};

int
main(int argc, char **argv)
{
	return cm_job_main(&job, argc, argv);
}
