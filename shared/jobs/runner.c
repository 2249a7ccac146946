/* runner: the program of a job that runs for good; see runner.h. */
#include "config.h"

#include "runner.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "array.h"
#include "clock.h"
#include "error.h"
#include "json.h"
#include "log.h"
#include "settings.h"
#include "store.h"

enum {
	LEASE_MS = 10000,
	BEATS = 4,			/* in the time of a lease */
	LATEST_MS = 30000,		/* from a tick that failed to the next */
	HOST_TEXT = 64,
	HOLDER_TEXT = 48,
	PROBLEM_TEXT = 256,
};

struct figure {
	const char *name;
	int64_t value;
};

struct cm_run {
	const struct cm_runner *runner;
	struct cm_store *store;		/* for the job's row alone */
	char host[HOST_TEXT];
	char holder[HOLDER_TEXT];	/* this process, and none that ever had or will have its number */
	int64_t lease_ms;
	bool leads;
	int64_t leads_until_ms;		/* on the monotonic clock, as the next two */
	int64_t beat_at_ms;
	int64_t tick_at_ms;
	int again_in_ms;		/* where this tick has said so */
	int failures;			/* ticks that failed, one after the other */
	char problem[PROBLEM_TEXT];	/* of the last one; "" it went well */
	int64_t ticks;
	int64_t failed;
	int64_t busy_us;
	struct figure *figures;
	size_t figure_count;
	size_t figure_room;
};

/* A signal's handler can only reach what is the process's: whether it came, and a pipe that wakes who waits. */
static volatile sig_atomic_t told_to_end;
static int wake[2] = { -1, -1 };

static void
end(int signal_number)
{
	int saved = errno;

	(void)signal_number;
	told_to_end = 1;
	if (write(wake[1], "", 1) < 0)
		told_to_end = 1;
	errno = saved;
}

static int
mind_signals(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	struct sigaction action = { .sa_handler = end, .sa_flags = (int)SA_RESETHAND };
	size_t i;

	if (pipe(wake) < 0)
		return CM_EIO;
	for (i = 0; i < nitems(signals); i++)
		sigaction(signals[i], &action, NULL);
	return 0;
}

static int64_t
now_ms(void)
{
	return cm_monotonic_us() / 1000;
}

static void
log_line(const struct cm_run *run, enum cm_level level, const char *message, const char *problem)
{
	const struct cm_field fields[] = { { .name = problem != NULL ? "problem" : NULL, .text = problem }, { 0 } };
	char logger[64];

	snprintf(logger, sizeof logger, "callmetrics.%s", run->runner->name);
	cm_log(level, logger, message, fields);
}

static struct cm_json *
figures_of(const struct cm_run *run)
{
	struct cm_json *json = cm_json_new();
	size_t i;

	if (json == NULL)
		return NULL;
	cm_json_int(json, "ticks", run->ticks);
	cm_json_int(json, "failed", run->failed);
	cm_json_int(json, "busy_us", run->busy_us);
	for (i = 0; i < run->figure_count; i++)
		cm_json_int(json, run->figures[i].name, run->figures[i].value);
	return json;
}

/* Takes or renews the lease, and tells the job's row how it goes: 1 this process leads, 0 another does, or an error. */
static int
write_row(struct cm_run *run)
{
	struct cm_json *json = figures_of(run);
	const char *figures = json != NULL ? cm_json_print(json, false, &(size_t){ 0 }) : NULL;
	const struct cm_bind binds[] = {
		CM_TEXT_PARAM("name", run->runner->name), CM_TEXT_PARAM("holder", run->holder), CM_TEXT_PARAM("host", run->host),
		CM_INT_PARAM("pid", getpid()), CM_INT_PARAM("lease_us", run->lease_ms * 1000),
		CM_TEXT_PARAM("problem", run->problem[0] != '\0' ? run->problem : NULL), CM_TEXT_PARAM("figures", figures), { 0 },
	};
	int rc = CM_ENOMEM;

	if (figures != NULL && (rc = cm_store_begin(run->store)) == 0)
		rc = cm_store_finish(run->store, (int)cm_store_run(run->store, "job-lease", binds));
	cm_json_free(json);
	return rc;
}

/* What write_row says.  Where the row cannot be written, who leads goes on until its lease is over. */
static int
beat(struct cm_run *run)
{
	int64_t started_ms = now_ms();
	bool led = run->leads;
	int rc = write_row(run);

	if (rc > 0)
		run->leads_until_ms = started_ms + run->lease_ms;
	run->leads = rc > 0 || (rc < 0 && run->leads && now_ms() < run->leads_until_ms);
	run->beat_at_ms = started_ms + run->lease_ms / BEATS;
	if (rc < 0)
		log_line(run, CM_WARNING, "job_row_not_written", cm_store_problem(run->store));
	if (run->leads && !led) {
		log_line(run, CM_INFO, "job_works", NULL);
		run->tick_at_ms = started_ms;
	} else if (led && !run->leads) {
		log_line(run, CM_WARNING, "job_lost_its_lease", NULL);
	}
	return rc;
}

static void
let_go(struct cm_run *run)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("until_us", 0), CM_TEXT_PARAM("name", run->runner->name),
		CM_TEXT_PARAM("holder", run->holder), { 0 } };

	if (!run->leads || write_row(run) <= 0 || cm_store_begin(run->store) < 0)
		return;
	cm_store_finish(run->store, (int)cm_store_run(run->store, "job-leave", binds));
}

bool
cm_run_goes_on(struct cm_run *run)
{
	if (now_ms() >= run->beat_at_ms)
		beat(run);
	return run->leads && !told_to_end;
}

void
cm_run_figure(struct cm_run *run, const char *name, int64_t value)
{
	size_t i;

	for (i = 0; i < run->figure_count; i++)
		if (strcmp(run->figures[i].name, name) == 0)
			break;
	if (i == run->figure_count) {
		if (!CM_ARRAY_GROWS(run->figures, run->figure_count, run->figure_room))
			return;
		run->figures[run->figure_count++].name = name;
	}
	run->figures[i].value = value;
}

void
cm_run_again_in(struct cm_run *run, int ms)
{
	run->again_in_ms = ms;
}

int
cm_run_fail(struct cm_run *run, int error, const char *problem)
{
	snprintf(run->problem, sizeof run->problem, "%s", problem);
	return error;
}

static int64_t
later_ms(const struct cm_run *run)
{
	int64_t pause = run->runner->every_ms > 0 ? run->runner->every_ms : 1;
	int i;

	for (i = 1; i < run->failures && pause < LATEST_MS; i++)
		pause *= 2;
	return pause < LATEST_MS ? pause : LATEST_MS;
}

/* A failure is told when it begins and when it is over, not each time. */
static int
tick(struct cm_run *run)
{
	char former[PROBLEM_TEXT];
	int64_t started_us = cm_monotonic_us();
	int rc;

	memcpy(former, run->problem, sizeof former);
	run->problem[0] = '\0';
	run->again_in_ms = run->runner->every_ms;
	if ((rc = run->runner->tick(run, run->runner->arg)) < 0 && run->problem[0] == '\0')
		snprintf(run->problem, sizeof run->problem, "It failed without a reason.");
	run->ticks++;
	run->failed += rc < 0;
	run->busy_us += cm_monotonic_us() - started_us;
	run->failures = rc < 0 ? run->failures + 1 : 0;
	run->tick_at_ms = now_ms() + (rc > 0 ? 0 : rc < 0 ? later_ms(run) : run->again_in_ms);
	if (strcmp(former, run->problem) != 0) {
		log_line(run, rc < 0 ? CM_ERROR : CM_INFO, rc < 0 ? "job_failed" : "job_works_again", rc < 0 ? run->problem : NULL);
		run->beat_at_ms = now_ms();
	}
	return rc;
}

static void
wait_until(int64_t at_ms)
{
	struct pollfd end_of_pipe = { .fd = wake[0], .events = POLLIN };
	int64_t left_ms = at_ms - now_ms();

	if (left_ms > 0)
		poll(&end_of_pipe, 1, (int)(left_ms < LATEST_MS ? left_ms : LATEST_MS));
}

static void
run_for_good(struct cm_run *run)
{
	while (!told_to_end) {
		if (now_ms() >= run->beat_at_ms)
			beat(run);
		if (run->leads && now_ms() >= run->tick_at_ms)
			tick(run);
		wait_until(run->leads && run->tick_at_ms < run->beat_at_ms ? run->tick_at_ms : run->beat_at_ms);
	}
}

static int
run_once(struct cm_run *run)
{
	int rc = beat(run);

	while (rc > 0 && cm_run_goes_on(run))
		rc = tick(run);
	return rc < 0 ? rc : 0;
}

static int
start(struct cm_run *run, const char *url)
{
	uint64_t random = 0;

	if (mind_signals() < 0 || gethostname(run->host, sizeof run->host) < 0 ||
	    getrandom(&random, sizeof random, 0) != sizeof random)
		return CM_EIO;
	run->host[sizeof run->host - 1] = '\0';
	snprintf(run->holder, sizeof run->holder, "%d.%016" PRIx64, (int)getpid(), random);
	run->lease_ms = cm_setting_int("CALLMETRICS_JOB_LEASE_MS", LEASE_MS, 100, 3600000);
	return cm_store_open(url, CM_STORE_BULK, &run->store);
}

int
cm_runner_main(const struct cm_runner *runner, const char *url, bool once)
{
	struct cm_run run = { .runner = runner };
	int rc;

	if ((rc = start(&run, url)) == 0) {
		if (once)
			rc = run_once(&run);
		else
			run_for_good(&run);
		let_go(&run);
	}
	log_line(&run, rc < 0 ? CM_ERROR : CM_INFO, "job_ended", run.problem[0] != '\0' ? run.problem : NULL);
	cm_store_close(run.store);
	free(run.figures);
	return rc < 0 ? 1 : 0;
}
