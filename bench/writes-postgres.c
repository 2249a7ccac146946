/*
 * writes-postgres: what the triggers cost a voice app's write on PostgreSQL: spec 1's own statements, prepared, one transaction each,
 * on two databases in turns of a hundred: one of the app alone and one that is attached.  Each has one connection, which is kept.
 *
 *   writes-postgres PLAIN ATTACHED COUNT
 *
 * prints for each statement "NAME|PLAIN_P50|ATTACHED_P50|ADDED_P50|ADDED_MEAN" in microseconds of the server process's CPU time,
 * as the kernel tells it (/proc/PID/schedstat) once that has gone to sleep.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libpq-fe.h>

enum { STATEMENTS = 5, TURN = 100, COUNT_MAX = 100000 };

static const struct {
	const char *name;
	const char *text;
} statements[STATEMENTS] = {
	{ "start a call", "INSERT INTO calls (call_id, call_type, caller_number, callee_number, started_at, status, has_audio, "
			  "has_transcript, metadata) VALUES ($1, 'inbound', '+14155550100', '+14155550101', $2, 'active', 0, 0, "
			  "coalesce($3, '{\"agent\": \"billing\", \"provider\": \"openai\", \"agent_version\": \"v11\"}'))" },
	{ "a latency event", "INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp, metadata) "
			     "VALUES ($1, 'speech_end_to_first_audio', $3::double precision, $2, NULL)" },
	{ "has transcript", "UPDATE calls SET has_transcript = 1 WHERE call_id = $1 AND $2 <> coalesce($3, '')" },
	{ "nothing of ours", "UPDATE calls SET recording_path = $2 WHERE call_id = $1 AND $2 <> coalesce($3, '')" },
	{ "end a call", "UPDATE calls SET ended_at = $2, duration_seconds = $3::double precision / 10, status = 'completed' "
			"WHERE call_id = $1" },
};

struct app {
	PGconn *db;
	char schedstat[64];
	double times[STATEMENTS][COUNT_MAX];
};

static void
check(struct app *app, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
		fprintf(stderr, "%s: %s\n", PQdb(app->db), PQerrorMessage(app->db));
		exit(1);
	}
	PQclear(result);
}

static double
cpu_us(const struct app *app)
{
	const struct timespec while_it_falls_asleep = { .tv_nsec = 30000 };
	unsigned long long ns;
	FILE *file;

	nanosleep(&while_it_falls_asleep, NULL);
	file = fopen(app->schedstat, "r");
	if (file == NULL || fscanf(file, "%llu", &ns) != 1) {
		perror(app->schedstat);
		exit(1);
	}
	fclose(file);
	return (double)ns / 1e3;
}

static void
open_app(struct app *app, const char *url)
{
	int which;
	char name[16];

	app->db = PQconnectdb(url);
	check(app, PQexec(app->db, "SET synchronous_commit = off"));
	for (which = 0; which < STATEMENTS; which++) {
		snprintf(name, sizeof name, "s%d", which);
		check(app, PQprepare(app->db, name, statements[which].text, 3, NULL));
	}
	snprintf(app->schedstat, sizeof app->schedstat, "/proc/%d/schedstat", PQbackendPID(app->db));
}

static void
write_once(struct app *app, int which, long i)
{
	time_t seconds = 1770373800 + i / 20;
	char name[16], id[32], text[40], value[16];
	const char *values[] = { id, text, which == 1 || which == 4 ? value : NULL };
	struct tm utc;

	gmtime_r(&seconds, &utc);
	strftime(text, 20, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text + 19, 20, ".%06ld+00:00", i % 20 * 50000);
	snprintf(id, sizeof id, "CB%08lx%016lx", (unsigned long)((unsigned long)i * 2654435761UL & 0xffffffff), (unsigned long)i);
	snprintf(value, sizeof value, "%ld", 300 + i * 7919 % 900);
	snprintf(name, sizeof name, "s%d", which);
	check(app, PQexecPrepared(app->db, name, 3, values, NULL, NULL, 0));
}

static void
take_turn(struct app *app, int which, long from, long until)
{
	double before = cpu_us(app), after;
	long i;

	for (i = from; i < until; i++, before = after) {
		write_once(app, which, i);
		after = cpu_us(app);
		app->times[which][i] = after - before;
	}
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
	long count = argc == 4 ? atol(argv[3]) : 0, n;
	int which, a;

	if (count < 1 || count > COUNT_MAX)
		return 2;
	for (a = 0; a < 2; a++)
		open_app(&apps[a], argv[1 + a]);
	for (n = 0; n < count; n += TURN)
		for (which = 0; which < STATEMENTS; which++)
			for (a = 0; a < 2; a++)
				take_turn(&apps[a], which, n, n + TURN < count ? n + TURN : count);
	for (which = 0; which < STATEMENTS; which++) {
		double added = mean(apps[1].times[which], count) - mean(apps[0].times[which], count);

		for (a = 0; a < 2; a++)
			qsort(apps[a].times[which], (size_t)count, sizeof(double), compare);
		printf("%s|%.1f|%.1f|%.1f|%.1f\n", statements[which].name, apps[0].times[which][count / 2],
		    apps[1].times[which][count / 2], apps[1].times[which][count / 2] - apps[0].times[which][count / 2], added);
	}
	for (a = 0; a < 2; a++)
		PQfinish(apps[a].db);
	return 0;
}
