/* query: what a request asks; see query.h. */
#include "config.h"

#include "query.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "text.h"
#include "zone.h"

enum { QUERY_MAX_BYTES = 4096, VALUES_MAX = 32, TEXT_MAX_BYTES = 128 };

const struct cm_param cm_common_params[] = {
	{ "explain", CM_FLAG, .fallback = "0", .help = "1: show the statements behind the answer" },
	{ "pretty", CM_FLAG, .fallback = "0", .help = "1: indent the answer" },
	{ "_", CM_TEXT, .max = QUERY_MAX_BYTES, .help = "ignored; for cache busters" },
	{ 0 },
};

struct value {
	const struct cm_param *param;
	const char *text;
	int64_t number;		/* of CM_INT, CM_FLAG; seconds of CM_INTERVAL; microseconds of CM_TIME */
};

struct cm_query {
	const struct cm_param *params;
	const char *tenant;
	cm_us now;
	struct value values[VALUES_MAX];
	size_t count;
	char text[QUERY_MAX_BYTES + 1];
};

static const struct cm_param *
find_in(const struct cm_param *params, const char *name)
{
	for (; params->name != NULL; params++)
		if (strcmp(params->name, name) == 0)
			return params;
	return NULL;
}

static const struct cm_param *
find_param(const struct cm_param *params, const char *name)
{
	const struct cm_param *param = find_in(params, name);

	return param != NULL ? param : find_in(cm_common_params, name);
}

static const struct value *
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

/* What a parameter allows, in words. */
static void
describe(const struct cm_param *param, char *out, size_t room)
{
	switch (param->type) {
	case CM_INT:
		snprintf(out, room, "a whole number from %" PRId64 " to %" PRId64, param->min, param->max);
		break;
	case CM_TEXT:
		snprintf(out, room, "1 to %" PRId64 " bytes of UTF-8 text without control characters",
		    param->max != 0 ? param->max : TEXT_MAX_BYTES);
		break;
	case CM_CHOICE:
		snprintf(out, room, "one of: %s", param->choices);
		break;
	case CM_FLAG:
		snprintf(out, room, "0 or 1");
		break;
	case CM_TIME:
		snprintf(out, room, "a time such as 2026-02-06T10:30:00Z, or Unix seconds");
		break;
	case CM_INTERVAL:
		snprintf(out, room, "a number and s, m, h or d, from %" PRId64 "s to %" PRId64 "s", param->min, param->max);
		break;
	case CM_ZONE:
		snprintf(out, room, "a time zone of the IANA database such as Europe/Berlin");
		break;
	default:
		*out = '\0';
		break;
	}
}

static bool
read_int(const char *text, const struct cm_param *param, int64_t *out)
{
	char *end;
	long long number;

	if (*text != '-' && (*text < '0' || *text > '9'))
		return false;
	errno = 0;
	number = strtoll(text, &end, 10);
	*out = number;
	return errno == 0 && *end == '\0' && number >= param->min && number <= param->max;
}

static bool
read_interval(const char *text, const struct cm_param *param, int64_t *out)
{
	static const struct {
		char unit;
		int seconds;
	} units[] = { { 's', 1 }, { 'm', CM_MINUTE_S }, { 'h', CM_HOUR_S }, { 'd', CM_DAY_S } };
	char *end;
	long number;
	size_t i;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	number = strtol(text, &end, 10);
	for (i = 0; i < nitems(units); i++)
		if (end[0] == units[i].unit && end[1] == '\0')
			break;
	if (errno != 0 || i == nitems(units) || number > param->max)
		return false;
	*out = number * units[i].seconds;
	return *out >= param->min && *out <= param->max;
}

static bool
is_choice(const char *choices, const char *text)
{
	size_t length = strlen(text), word;

	for (; *choices != '\0'; choices += word + (choices[word] == ' ')) {
		word = strcspn(choices, " ");
		if (word == length && strncmp(choices, text, length) == 0)
			return true;
	}
	return false;
}

static bool
is_plain(const char *text, int64_t max)
{
	size_t length = strlen(text), i;

	for (i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	return length > 0 && (int64_t)length <= (max != 0 ? max : TEXT_MAX_BYTES);
}

/* Reads a value by its parameter's type. */
static bool
read_value(struct value *value)
{
	const struct cm_param *param = value->param;

	switch (param->type) {
	case CM_INT:
		return read_int(value->text, param, &value->number);
	case CM_FLAG:
		value->number = value->text[0] == '1';
		return strcmp(value->text, "0") == 0 || strcmp(value->text, "1") == 0;
	case CM_CHOICE:
		return is_choice(param->choices, value->text);
	case CM_TIME:
		return cm_time_parse(value->text, &value->number);
	case CM_INTERVAL:
		return read_interval(value->text, param, &value->number);
	case CM_ZONE:
		return cm_zone_exists(value->text);
	case CM_TEXT:
		return strcmp(param->name, "_") == 0 || is_plain(value->text, param->max);
	default:
		return false;
	}
}

static int
take_value(struct cm_query *query, const char *name, const char *text, struct cm_problem *problem)
{
	struct value value = { .param = find_param(query->params, name), .text = text };
	char allowed[256], shown[CM_SHOWN_TEXT], detail[512];

	if (value.param == NULL)
		return refuse(problem, name, "There is no such parameter here; GET /metrics/ lists what there is.");
	if (find_value(query, name) != NULL)
		return refuse(problem, name, "The parameter is given twice; give it once.");
	if (query->count == VALUES_MAX)
		return refuse(problem, name, "Too many parameters.");
	if (!read_value(&value)) {
		describe(value.param, allowed, sizeof allowed);
		snprintf(detail, sizeof detail, "%s is \"%s\"; allowed is %s.", name, cm_show(text, strlen(text), shown),
		    allowed);
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
	return take_value(query, pair, text, problem);
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
static struct value
value_of(const struct cm_query *query, const char *name)
{
	const struct value *given = find_value(query, name);
	struct value value = { .param = find_param(query->params, name) };

	if (given != NULL)
		return *given;
	if (value.param != NULL && (value.text = value.param->fallback) != NULL)
		read_value(&value);
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
