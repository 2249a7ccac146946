/* exposition: what Prometheus reads; see exposition.h. */
#include "config.h"

#include "exposition.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accept.h"

static const char *const type_names[] = {
	[CM_COUNTER] = "counter", [CM_GAUGE] = "gauge", [CM_SUMMARY] = "summary",
};

/* Where it is asked for by its name and no less than the text format. */
static bool
wants_open_metrics(const struct cm_reply *reply)
{
	int wanted = cm_accept_named_permille(cm_reply_accept(reply), "application/openmetrics-text");

	return wanted > 0 && wanted >= cm_accept_permille(cm_reply_accept(reply), "text/plain");
}

void
cm_exposition_begin(struct cm_exposition *exposition, struct cm_reply *reply)
{
	exposition->reply = reply;
	exposition->open_metrics = wants_open_metrics(reply);
	cm_reply_type(reply, exposition->open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
						      : "text/plain; version=0.0.4; charset=utf-8");
	cm_reply_header(reply, "Vary", "Accept");
}

void
cm_exposition_family(struct cm_exposition *exposition, const char *name, enum cm_metric_type type, const char *help)
{
	const char *total = type == CM_COUNTER && !exposition->open_metrics ? "_total" : "";

	exposition->family = name;
	exposition->type = type;
	cm_reply_print(exposition->reply, "# HELP %s%s %s\n# TYPE %s%s %s\n", name, total, help, name, total,
	    type_names[type]);
}

/* The shortest text that reads back as the same number. */
static void
number_text(double value, char out[CM_DECIMAL_TEXT])
{
	int digits;

	if (isnan(value)) {
		snprintf(out, CM_DECIMAL_TEXT, "NaN");
		return;
	}
	if (fabs(value) < 1e15 && floor(value) == value) {
		cm_decimal_text((int64_t)value, 0, out);
		return;
	}
	/* What 15 digits tell apart, %g writes without the zeros that end it. */
	for (digits = 15; digits <= 17; digits++) {
		snprintf(out, CM_DECIMAL_TEXT, "%.*g", digits, value);
		if (strtod(out, NULL) == value)
			return;
	}
}

void
cm_exposition_sample(struct cm_exposition *exposition, const char *suffix, const char *labels, double value)
{
	const char *total = exposition->type == CM_COUNTER ? "_total" : "";
	bool labelled = *labels != '\0';
	char number[CM_DECIMAL_TEXT];

	number_text(value, number);
	cm_reply_print(exposition->reply, "%s%s%s%s%s%s %s\n", exposition->family, total, suffix, labelled ? "{" : "", labels,
	    labelled ? "}" : "", number);
}

void
cm_exposition_end(struct cm_exposition *exposition)
{
	if (exposition->open_metrics)
		cm_reply_last_line(exposition->reply, "# EOF\n");
}
