/*
 * log-event: callmetrics log-event started|ended|latency --call-id ID ...
 *
 * Writes what happened to a call as one line of the structured log, for scripts that have no logger of their own.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "call_log.h"
#include "clock.h"
#include "error.h"
#include "log.h"

static const double DURATION_MOST_S = 1e9;

static int
usage(FILE *out, int status)
{
	fprintf(out, "usage: callmetrics log-event started|ended|latency --call-id ID [--option VALUE ...] [--to FILE]\n\n"
	    "Writes a line of the structured log, call_started, call_ended or call_latency, to standard error, or to the end of a file\n"
	    "(- is standard output).\n\n"
	    "  --call-type --phone-number --caller-number --callee-number --status --failure-reason --event-type --tenant-id\n"
	    "  --agent --provider     texts\n"
	    "  --duration-seconds S   how long the call was\n"
	    "  --duration-ms MS       how long the step of `latency` took; it needs this and --event-type\n\n"
	    "Numbers are masked unless CALLMETRICS_LOG_NUMBERS is 1; CALLMETRICS_LOG_LEVEL above INFO writes nothing.\n");
	return status;
}

static bool
read_duration(const char *text, double unit_us, struct cm_call_event *event)
{
	char *end;
	double value = strtod(text, &end);

	if (*text == '\0' || *end != '\0' || !isfinite(value) || value < 0 || value * unit_us > DURATION_MOST_S * CM_SECOND_US)
		return false;
	event->has_duration = true;
	event->duration_us = llround(value * unit_us);
	return true;
}

static bool
read_option(const char *name, const char *value, struct cm_call_event *event, const char **to)
{
	const struct {
		const char *name;
		const char **text;
	} texts[] = {
		{ "--call-id", &event->call_id }, { "--call-type", &event->call_type }, { "--phone-number", &event->phone_number },
		{ "--caller-number", &event->caller_number }, { "--callee-number", &event->callee_number },
		{ "--status", &event->status }, { "--failure-reason", &event->failure_reason },
		{ "--event-type", &event->event_type }, { "--tenant-id", &event->tenant_id }, { "--agent", &event->agent },
		{ "--provider", &event->provider }, { "--to", to },
	};
	size_t i;

	for (i = 0; i < nitems(texts); i++)
		if (strcmp(texts[i].name, name) == 0) {
			*texts[i].text = value;
			return true;
		}
	if (strcmp(name, "--duration-seconds") == 0)
		return read_duration(value, CM_SECOND_US, event);
	if (strcmp(name, "--duration-ms") == 0)
		return read_duration(value, CM_SECOND_US / 1000.0, event);
	return false;
}

/* Each kind has its own unit, so that a duration is not read as a thousand times what it is. */
static bool
is_whole(const char *what, const struct cm_call_event *event, bool seconds, bool milliseconds)
{
	if (event->call_id == NULL || *event->call_id == '\0')
		return false;
	if (strcmp(what, "latency") == 0)
		return event->event_type != NULL && milliseconds && !seconds;
	return (strcmp(what, "started") == 0 || strcmp(what, "ended") == 0) && !milliseconds;
}

static int
open_log(const char *to)
{
	if (to == NULL)
		return STDERR_FILENO;
	if (strcmp(to, "-") == 0)
		return STDOUT_FILENO;
	return open(to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

int
main(int argc, char **argv)
{
	struct cm_call_event event = { 0 };
	bool seconds = false, milliseconds = false;
	const char *to = NULL;
	int i, fd;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	for (i = 2; i < argc; i += 2) {
		if (i + 1 == argc || !read_option(argv[i], argv[i + 1], &event, &to))
			return usage(stderr, 2);
		seconds |= strcmp(argv[i], "--duration-seconds") == 0;
		milliseconds |= strcmp(argv[i], "--duration-ms") == 0;
	}
	if (argc < 2 || !is_whole(argv[1], &event, seconds, milliseconds))
		return usage(stderr, 2);
	if (!cm_log_lets(CM_INFO))
		return 0;
	if ((fd = open_log(to)) < 0 || cm_log_call_write(fd, argv[1], &event) < 0) {
		fprintf(stderr, "callmetrics log-event: %s: %s\n", to != NULL ? to : "standard error", strerror(errno));
		return 1;
	}
	return 0;
}
