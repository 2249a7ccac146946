/* call_log: what happens to calls, as lines of the log; see call_log.h. */
#include "config.h"

#include "call_log.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "error.h"
#include "log.h"
#include "settings.h"

enum { FIELDS_MAX = 16 };

static const char logger[] = "voice.metrics";

static const struct {
	const char *what;
	const char *message;
	const char *duration_name;
	const char *unit;
} lines[] = {
	{ "started", "call_started", "duration_seconds", cm_as_seconds },
	{ "ended", "call_ended", "duration_seconds", cm_as_seconds },
	{ "latency", "call_latency", "duration_ms", cm_as_milliseconds },
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Whether all of it is what telephone numbers are written with, a digit among it. */
static bool
is_number(const char *text, size_t length)
{
	size_t i, digits = 0;

	for (i = 0; i < length; i++) {
		if (strchr("0123456789+-.()/*# ", text[i]) == NULL)
			return false;
		digits += is_digit(text[i]);
	}
	return digits > 0;
}

/* Hides the digits of a number but for the last few. */
static void
mask_digits(char *text, size_t length)
{
	size_t i, digits = 0, keep;

	for (i = 0; i < length; i++)
		digits += is_digit(text[i]);
	keep = digits >= 8 ? 4 : digits >= 4 ? 2 : 0;
	for (i = 0; i < length && digits > keep; i++)
		if (is_digit(text[i])) {
			text[i] = '*';
			digits--;
		}
}

char *
cm_mask_number(const char *text, char out[CM_MASKED_TEXT])
{
	static const char *const schemes[] = { "sips:", "sip:", "tel:" };
	size_t i, length;
	bool address = false;
	char *user = out;

	/* "Alice" <sip:...>: the name in front is a person's too. */
	if (strchr(text, '<') != NULL)
		text = strchr(text, '<') + 1;
	snprintf(out, CM_MASKED_TEXT, "%s", text);
	for (i = 0; i < nitems(schemes) && !address; i++)
		if (strncasecmp(out, schemes[i], strlen(schemes[i])) == 0) {
			address = true;
			user += strlen(schemes[i]);
		}
	length = strcspn(user, address ? "@;?>" : "@");
	if (is_number(user, length))
		mask_digits(user, length);
	else if (user[length] == '@' || (address && user[length] == '\0'))
		memset(user, '*', length);
	return out;
}

static size_t
add_text(struct cm_field *fields, size_t count, const char *name, const char *text)
{
	if (text == NULL)
		return count;
	fields[count] = (struct cm_field) { .name = name, .text = text };
	return count + 1;
}

static size_t
add_number(struct cm_field *fields, size_t count, const char *name, const char *text, char masked[CM_MASKED_TEXT])
{
	const char *plain = cm_setting("CALLMETRICS_LOG_NUMBERS");

	if (text != NULL && (plain == NULL || strcmp(plain, "1") != 0))
		text = cm_mask_number(text, masked);
	return add_text(fields, count, name, text);
}

static int
write_event(int fd, size_t which, const struct cm_call_event *event)
{
	struct cm_field fields[FIELDS_MAX] = { { 0 } };
	char masked[3][CM_MASKED_TEXT];
	size_t n = 0;

	n = add_text(fields, n, "call_id", event->call_id);
	n = add_text(fields, n, "call_type", event->call_type);
	n = add_number(fields, n, "phone_number", event->phone_number, masked[0]);
	n = add_number(fields, n, "caller_number", event->caller_number, masked[1]);
	n = add_number(fields, n, "callee_number", event->callee_number, masked[2]);
	n = add_text(fields, n, "status", event->status);
	n = add_text(fields, n, "failure_reason", event->failure_reason);
	n = add_text(fields, n, "event_type", event->event_type);
	if (event->has_duration)
		fields[n++] = (struct cm_field) { lines[which].duration_name, lines[which].unit, event->duration_us };
	n = add_text(fields, n, "tenant_id", event->tenant_id);
	n = add_text(fields, n, "agent", event->agent);
	n = add_text(fields, n, "provider", event->provider);
	add_text(fields, n, "key_id", event->key_id);
	return cm_log_write(fd, CM_INFO, logger, lines[which].message, fields);
}

int
cm_log_call_write(int fd, const char *what, const struct cm_call_event *event)
{
	size_t i;

	for (i = 0; i < nitems(lines); i++)
		if (strcmp(lines[i].what, what) == 0)
			return write_event(fd, i, event);
	return CM_ENOTFOUND;
}

static void
log_event(const char *what, const struct cm_call_event *event)
{
	if (cm_log_lets(CM_INFO))
		cm_log_call_write(STDERR_FILENO, what, event);
}

void
cm_log_call_started(const struct cm_call_event *event)
{
	log_event("started", event);
}

void
cm_log_call_ended(const struct cm_call_event *event)
{
	log_event("ended", event);
}

void
cm_log_call_latency(const struct cm_call_event *event)
{
	log_event("latency", event);
}
