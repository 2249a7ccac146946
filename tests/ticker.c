/*
 * A job that runs for good and does next to nothing, for tests/jobs.sh: each tick adds a line with its name to a file.
 *
 *	ticker NAME FILE DATABASE [once]
 *
 * FILE.fail makes ticks fail, with its first line as the reason; FILE.long makes one that goes on until it is told not to.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "error.h"
#include "runner.h"

enum { EVERY_MS = 50 };

struct ticker {
	const char *name;
	const char *file;
	int64_t ticks;
};

static bool
is_there(const struct ticker *ticker, const char *ending)
{
	char name[512];

	snprintf(name, sizeof name, "%s.%s", ticker->file, ending);
	return access(name, F_OK) == 0;
}

static void
write_line(const struct ticker *ticker, const char *line)
{
	FILE *file = fopen(ticker->file, "a");

	if (file == NULL)
		return;
	fprintf(file, "%s %s\n", ticker->name, line);
	fclose(file);
}

static int
tick(struct cm_run *run, void *arg)
{
	const struct timespec pause = { .tv_nsec = EVERY_MS * 1000000L };
	struct ticker *ticker = arg;

	if (is_there(ticker, "fail"))
		return cm_run_fail(run, CM_ESTORE, "It was told to fail.");
	write_line(ticker, "ticks");
	cm_run_figure(run, "lines", ++ticker->ticks);
	while (is_there(ticker, "long") && cm_run_goes_on(run))
		nanosleep(&pause, NULL);
	return ticker->ticks < 3;
}

int
main(int argc, char **argv)
{
	struct ticker ticker = { 0 };
	struct cm_runner runner = { .name = "ticker", .every_ms = EVERY_MS, .tick = tick, .arg = &ticker };

	if (argc < 4)
		return 2;
	ticker.name = argv[1];
	ticker.file = argv[2];
	return cm_runner_main(&runner, argv[3], argc > 4 && strcmp(argv[4], "once") == 0);
}
