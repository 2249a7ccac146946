/* query: what a request asks; see query.h. */
#include "config.h"

#include "query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "text.h"

enum { QUERY_MAX_BYTES = 4096, VALUES_MAX = 32 };

const struct cm_param cm_common_params[] = {
	{ "explain", CM_FLAG, .fallback = "0", .help = "show the statements behind the answer" },
	{ "pretty", CM_FLAG, .fallback = "0", .help = "indent the answer" },
	{ "_", CM_TEXT, .max = QUERY_MAX_BYTES, .help = "ignored; for cache busters" },
	{ 0 },
};

struct cm_query {
	const struct cm_param *params;
	const char *tenant;
	cm_us now;
	struct cm_given values[VALUES_MAX];
	size_t count;
	char text[QUERY_MAX_BYTES + 1];
};

/* Here a name is as it is declared: dashes are the command line's. */
static const struct cm_param *
find_param(const struct cm_param *params, const char *name)
{
	const struct cm_param *param = strchr(name, '-') == NULL ? cm_param_find(params, name) : NULL;

	return param != NULL || strchr(name, '-') != NULL ? param : cm_param_find(cm_common_params, name);
}

static const struct cm_given *
find_value(const struct cm_query *query, const char *name)
{
	size_t i;

	for (i = 0; i < query->count; i++)
		if (strcmp(query->values[i].param->name, name) == 0)
			return &query->values[i];
	return NULL;
}

static int
refuse(struct cm_problem *problem, const char *parameter, const char *detail)
{
	char shown[CM_SHOWN_TEXT];

	problem->status = 400;
	snprintf(problem->parameter, sizeof problem->parameter, "%.60s", cm_show(parameter, strlen(parameter), shown));
	snprintf(problem->detail, sizeof problem->detail, "%s", detail);
	return CM_EPARAM;
}

/* Names the parameter, the one that was meant where one is near, and all that there are. */
static int
refuse_unknown(const struct cm_param *params, const char *name, struct cm_problem *problem)
{
	const struct cm_param *tables[] = { params, cm_common_params }, *param;
	char list[320] = "", shown[CM_SHOWN_TEXT], detail[sizeof problem->detail];
	struct cm_nearest nearest = { .word = name };
	size_t i, used = 0;

	for (i = 0; i < nitems(tables); i++)
		for (param = NULL; (param = cm_param_next(tables[i], param)) != NULL && used < sizeof list;) {
			cm_nearest_offer(&nearest, param->name);
			used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? ", " : "", param->name);
		}
	snprintf(detail, sizeof detail, "There is no parameter \"%s\" here%s%s%s  There are: %s.", cm_show(name, strlen(name), shown),
	    nearest.best != NULL ? "; did you mean \"" : ".", cm_or_empty(nearest.best), nearest.best != NULL ? "\"?" : "", list);
	return refuse(problem, name, detail);
}

/* text NULL: it is named, and not given. */
static int
take_value(struct cm_query *query, const char *name, const char *text, struct cm_problem *problem)
{
	struct cm_given value = { .param = find_param(query->params, name), .text = text };
	char allowed[CM_ALLOWED_TEXT], shown[CM_SHOWN_TEXT], detail[512];

	if (value.param == NULL)
		return refuse_unknown(query->params, name, problem);
	if (text == NULL)
		return 0;
	if (find_value(query, value.param->name) != NULL)
		return refuse(problem, name, "The parameter is given twice; give it once.");
	if (query->count == VALUES_MAX)
		return refuse(problem, name, "Too many parameters.");
	if (!cm_param_read(&value)) {
		snprintf(detail, sizeof detail, "%s is \"%s\"; allowed is %s.", name, cm_show(text, strlen(text), shown),
		    cm_param_allowed(value.param, allowed));
		return refuse(problem, name, detail);
	}
	query->values[query->count++] = value;
	return 0;
}

static int
take_pair(struct cm_query *query, char *pair, struct cm_problem *problem)
{
	char *equals = strchr(pair, '='), *text = equals != NULL ? equals + 1 : pair + strlen(pair);
	long name_bytes, text_bytes;

	if (equals != NULL)
		*equals = '\0';
	text_bytes = cm_percent_decode(text, strlen(text));
	name_bytes = cm_percent_decode(pair, strlen(pair));
	if (name_bytes < 0)
		return refuse(problem, "", "A parameter's name has a malformed %-escape.");
	if (text_bytes < 0)
		return refuse(problem, pair, "The value has a malformed %-escape.");
	if (strlen(pair) != (size_t)name_bytes || strlen(text) != (size_t)text_bytes)
		return refuse(problem, pair, "A NUL byte is not allowed.");
	if (!cm_utf8_valid(pair, (size_t)name_bytes) || !cm_utf8_valid(text, (size_t)text_bytes))
		return refuse(problem, pair, "The value is not UTF-8.");
	/* Clients of the guide write `call_id=&limit=100` for a call_id that they do not give. */
	return take_value(query, pair, equals != NULL && text_bytes == 0 ? NULL : text, problem);
}

/* The window must be one, and one that can be answered. */
static int
check_window(const struct cm_query *query, struct cm_problem *problem)
{
	bool hours = cm_query_given(query, "hours"), days = cm_query_given(query, "days");
	bool start = cm_query_given(query, "start_time"), end = cm_query_given(query, "end_time");
	struct cm_window window;

	if (hours && days)
		return refuse(problem, "days", "Give hours or days, not both.");
	if ((hours || days) && (start || end))
		return refuse(problem, start ? "start_time" : "end_time", "Give hours or days, or start_time and end_time, not both.");
	if (end && !start)
		return refuse(problem, "start_time", "end_time needs start_time.");
	if (!start)
		return 0;
	window = cm_query_window(query);
	if (window.from >= window.to)
		return refuse(problem, "start_time", "start_time must be before end_time.");
	if (window.to - window.from > CM_WINDOW_MAX_DAYS * CM_DAY_US)
		return refuse(problem, "start_time", "The window is wider than 3660 days.");
	return 0;
}

int
cm_query_parse(const struct cm_param *params, const char *text, const char *tenant, cm_us now, struct cm_query **out,
    struct cm_problem *problem)
{
	struct cm_query *query;
	char *pair, *next;
	int rc = 0;

	memset(problem, 0, sizeof *problem);
	if (strlen(text) > QUERY_MAX_BYTES) {
		problem->status = 414;
		snprintf(problem->detail, sizeof problem->detail, "The query is longer than %d bytes.", QUERY_MAX_BYTES);
		return CM_EPARAM;
	}
	if ((query = calloc(1, sizeof *query)) == NULL)
		return CM_ENOMEM;
	query->params = params;
	query->tenant = tenant;
	query->now = now;
	strcpy(query->text, text);
	for (pair = query->text; pair != NULL && rc == 0; pair = next) {
		next = strchr(pair, '&');
		if (next != NULL)
			*next++ = '\0';
		if (*pair != '\0')
			rc = take_pair(query, pair, problem);
	}
	if (rc == 0)
		rc = check_window(query, problem);
	if (rc < 0) {
		cm_query_free(query);
		return rc;
	}
	*out = query;
	return 0;
}

void
cm_query_free(struct cm_query *query)
{
	free(query);
}

bool
cm_query_given(const struct cm_query *query, const char *name)
{
	return find_value(query, name) != NULL;
}

/* The value given, else the fallback read the same way. */
static struct cm_given
value_of(const struct cm_query *query, const char *name)
{
	const struct cm_given *given = find_value(query, name);
	struct cm_given value = { .param = find_param(query->params, name) };

	if (given != NULL)
		return *given;
	if (value.param != NULL && (value.text = value.param->fallback) != NULL)
		cm_param_read(&value);
	return value;
}

const char *
cm_query_text(const struct cm_query *query, const char *name)
{
	return value_of(query, name).text;
}

int64_t
cm_query_int(const struct cm_query *query, const char *name)
{
	return value_of(query, name).number;
}

bool
cm_query_flag(const struct cm_query *query, const char *name)
{
	return value_of(query, name).number != 0;
}

cm_us
cm_query_time(const struct cm_query *query, const char *name)
{
	return value_of(query, name).number;
}

const char *
cm_query_tenant(const struct cm_query *query)
{
	return query->tenant;
}

cm_us
cm_query_now(const struct cm_query *query)
{
	return query->now;
}

bool
cm_query_has_window(const struct cm_query *query)
{
	return cm_query_given(query, "start_time") || cm_query_given(query, "hours") || cm_query_given(query, "days");
}

struct cm_window
cm_query_window(const struct cm_query *query)
{
	struct cm_window window = { .to = query->now };
	int64_t hours = cm_query_int(query, "hours"), days = cm_query_int(query, "days");

	if (cm_query_given(query, "start_time")) {
		window.from = cm_query_time(query, "start_time");
		if (cm_query_given(query, "end_time"))
			window.to = cm_query_time(query, "end_time");
	} else if (cm_query_given(query, "hours") || (hours != 0 && !cm_query_given(query, "days"))) {
		window.from = window.to - hours * CM_HOUR_US;
	} else {
		window.from = window.to - days * CM_DAY_US;
	}
	if (window.from < 0)
		window.from = 0;
	window.filter = (struct cm_filter){
		.tenant_id = query->tenant != NULL ? query->tenant : cm_query_text(query, "tenant_id"),
		.agent = cm_query_text(query, "agent"),
		.agent_version = cm_query_text(query, "agent_version"),
		.provider = cm_query_text(query, "provider"),
		.call_type = cm_query_text(query, "call_type"),
	};
	return window;
}
