/*
 * writes: what the triggers cost a voice app's statements: spec 1's own, one transaction each, on two databases in turns: one of the app
 * alone and one that is attached (or one with a table more, for the least that anything in the app's file costs).
 *
 *   writes PLAIN ATTACHED COUNT [--reconnect]
 *
 * prints for each statement "NAME PLAIN_P50 ATTACHED_P50 ADDED_P50 ADDED_MEAN" in microseconds of the processor.  --reconnect opens a
 * connection for each statement, as spec 1's app does; else one is kept.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sqlite3.h>

enum { STATEMENTS = 5, COUNT_MAX = 100000 };

static const struct {
	const char *name;
	const char *text;
} statements[STATEMENTS] = {
	{ "start a call", "INSERT INTO calls (call_id, call_type, caller_number, callee_number, started_at, status, has_audio, "
			  "has_transcript, metadata) VALUES (?1, 'inbound', '+14155550100', '+14155550101', ?2, 'active', 0, 0, "
			  "'{\"agent\": \"billing\", \"provider\": \"openai\", \"agent_version\": \"v11\"}')" },
	{ "a latency event", "INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp, metadata) "
			     "VALUES (?1, 'speech_end_to_first_audio', ?3, ?2, NULL)" },
	{ "has transcript", "UPDATE calls SET has_transcript = 1 WHERE call_id = ?1" },
	{ "end a call", "UPDATE calls SET ended_at = ?2, duration_seconds = ?3 / 10, status = 'completed' WHERE call_id = ?1" },
	{ "read a call", "SELECT count(*) FROM calls WHERE call_id = ?1 AND ?2 AND ?3" },
};

struct app {
	const char *path;
	sqlite3 *db;
	sqlite3_stmt *kept[STATEMENTS];
	double times[STATEMENTS][COUNT_MAX];
};

static double
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void
check(struct app *app, int code)
{
	if (code != SQLITE_OK && code != SQLITE_DONE) {
		fprintf(stderr, "%s: %s\n", app->path, sqlite3_errmsg(app->db));
		exit(1);
	}
}

static void
open_app(struct app *app)
{
	check(app, sqlite3_open(app->path, &app->db));
	sqlite3_busy_timeout(app->db, 5000);
	check(app, sqlite3_exec(app->db, "PRAGMA synchronous = OFF", NULL, NULL, NULL));
}

static void
run(struct app *app, int which, const char *id, const char *time, double value)
{
	sqlite3_stmt *stmt = app->kept[which];
	int code;

	if (stmt == NULL)
		check(app, sqlite3_prepare_v2(app->db, statements[which].text, -1, &stmt, NULL));
	check(app, sqlite3_exec(app->db, "BEGIN", NULL, NULL, NULL));
	sqlite3_bind_text(stmt, 1, id, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 2, time, -1, SQLITE_STATIC);
	sqlite3_bind_double(stmt, 3, value);
	while ((code = sqlite3_step(stmt)) == SQLITE_ROW)
		continue;
	check(app, code);
	sqlite3_reset(stmt);
	check(app, sqlite3_exec(app->db, "COMMIT", NULL, NULL, NULL));
	app->kept[which] = stmt;
}

static void
write_once(struct app *app, bool reconnect, int which, long i)
{
	time_t seconds = 1770373800 + i / 20;
	char id[32], text[40];
	struct tm utc;
	double started;

	gmtime_r(&seconds, &utc);
	strftime(text, 20, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text + 19, 20, ".%06ld+00:00", i % 20 * 50000);
	snprintf(id, sizeof id, "CB%08lx%016lx", (unsigned long)(i * 2654435761UL & 0xffffffff), (unsigned long)i);
	started = now_us();
	if (reconnect)
		open_app(app);
	run(app, which, id, text, 300 + (double)(i * 7919 % 900));
	if (reconnect) {
		sqlite3_finalize(app->kept[which]);
		app->kept[which] = NULL;
		sqlite3_close(app->db);
	}
	app->times[which][i] = now_us() - started;
}

static int
compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static double
mean(const double *times, long n)
{
	double sum = 0;
	long i;

	for (i = 0; i < n; i++)
		sum += times[i];
	return sum / (double)n;
}

int
main(int argc, char **argv)
{
	static struct app apps[2];
	bool reconnect = argc == 5 && strcmp(argv[4], "--reconnect") == 0;
	long count = argc > 3 ? atol(argv[3]) : 0, i;
	int which, a;

	if (argc < 4 || count < 1 || count > COUNT_MAX)
		return 2;
	for (a = 0; a < 2; a++) {
		apps[a].path = argv[1 + a];
		if (!reconnect)
			open_app(&apps[a]);
	}
	for (i = 0; i < count; i++)
		for (which = 0; which < STATEMENTS; which++)
			for (a = 0; a < 2; a++)
				write_once(&apps[a], reconnect, which, i);
	for (which = 0; which < STATEMENTS; which++) {
		double added = mean(apps[1].times[which], count) - mean(apps[0].times[which], count);

		for (a = 0; a < 2; a++)
			qsort(apps[a].times[which], (size_t)count, sizeof(double), compare);
		printf("%s|%.1f|%.1f|%.1f|%.1f\n", statements[which].name, apps[0].times[which][count / 2],
		    apps[1].times[which][count / 2], apps[1].times[which][count / 2] - apps[0].times[which][count / 2], added);
	}
	return 0;
}
