/*
 * log-event: callmetrics log-event started|ended|latency --call-id ID ...
 *
 * Writes what happened to a call as one line of the structured log, for scripts that have no logger of their own.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "call_log.h"
#include "clock.h"
#include "error.h"
#include "job.h"
#include "log.h"

enum { DURATION_MOST_S = 1000000000 };

/* Each kind has its own unit, so that a duration is not read as a thousand times what it is. */
static int
read_event(const struct cm_options *options, const char *what, struct cm_call_event *event)
{
	const struct {
		const char *name;
		const char **text;
	} texts[] = {
		{ "call_id", &event->call_id }, { "call_type", &event->call_type }, { "phone_number", &event->phone_number },
		{ "caller_number", &event->caller_number }, { "callee_number", &event->callee_number },
		{ "status", &event->status }, { "failure_reason", &event->failure_reason },
		{ "event_type", &event->event_type }, { "tenant_id", &event->tenant_id }, { "agent", &event->agent },
		{ "provider", &event->provider },
	};
	bool times = strcmp(what, "latency") == 0;
	const char *unit = times ? "duration_ms" : "duration_seconds";
	size_t i;

	for (i = 0; i < nitems(texts); i++)
		*texts[i].text = cm_options_text(options, texts[i].name);
	if (*event->call_id == '\0')
		return cm_job_refuse(options, "--call-id is empty");
	if (cm_options_given(options, times ? "duration_seconds" : "duration_ms"))
		return cm_job_refuse(options, "the duration of `%s` is --%s", what, times ? "duration-ms" : "duration-seconds");
	if (times && (event->event_type == NULL || !cm_options_given(options, unit)))
		return cm_job_refuse(options, "latency needs --event-type and --duration-ms");
	event->has_duration = cm_options_given(options, unit);
	event->duration_us = llround(cm_options_number(options, unit) * (times ? CM_SECOND_US / 1000.0 : CM_SECOND_US));
	return 0;
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

static int
log_event(const struct cm_options *options)
{
	const char *what = cm_options_text(options, "what"), *to = cm_options_text(options, "to");
	struct cm_call_event event = { 0 };
	int fd, rc;

	if ((rc = read_event(options, what, &event)) != 0 || !cm_log_lets(CM_INFO))
		return rc;
	if ((fd = open_log(to)) < 0 || cm_log_call_write(fd, what, &event) < 0)
		return cm_job_fail(options, "%s: %s", to != NULL ? to : "standard error", strerror(errno));
	return 0;
}

static const struct cm_param options[] = {
	{ "call_id", CM_ANY, .word = "ID", .required = true, .help = "the call" },
	{ "call_type", CM_ANY, .help = "inbound or outbound" },
	{ "phone_number", CM_ANY, .help = "whose number is not said" },
	{ "caller_number", CM_ANY, .help = "who calls" },
	{ "callee_number", CM_ANY, .help = "who is called" },
	{ "status", CM_ANY, .help = "how it ended" },
	{ "failure_reason", CM_ANY, .help = "why it failed" },
	{ "event_type", CM_ANY, .help = "the step of `latency`, such as tool_call_duration" },
	{ "tenant_id", CM_ANY, .help = "the tenant" },
	{ "agent", CM_ANY, .help = "the agent" },
	{ "provider", CM_ANY, .help = "the provider" },
	{ "duration_seconds", CM_DECIMAL, .max = DURATION_MOST_S, .help = "how long the call was" },
	{ "duration_ms", CM_DECIMAL, .max = DURATION_MOST_S, .help = "how long the step of `latency` took" },
	{ "to", CM_PATH, .help = "the file at whose end the line is written, instead of standard error; - is standard output" },
	{ 0 },
};

static const struct cm_param arguments[] = {
	{ "what", CM_CHOICE, .choices = "started ended latency", .word = "started|ended|latency", .required = true,
	    .help = "what happened to the call" },
	{ 0 },
};

static const struct cm_job job = {
	.command = {
	    .name = "log-event", .summary = "Writes what happened to a call as a line of the structured log.",
	    .about =
	    "Writes a line of the structured log, call_started, call_ended or call_latency, to standard error, or to the end of a "
	    "file.  `latency` needs --event-type and --duration-ms.\n\n"
	    "Numbers are masked unless CALLMETRICS_LOG_NUMBERS is 1; CALLMETRICS_LOG_LEVEL above INFO writes nothing.",
	    .options = options, .arguments = arguments,
	},
	.run = log_event,
};

int
main(int argc, char **argv)
{
	return cm_job_main(&job, argc, argv);
}
