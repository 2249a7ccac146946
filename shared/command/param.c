/* param: what a program may be told; see param.h. */
#include "config.h"

#include "param.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "error.h"
#include "zone.h"

enum { TEXT_MAX_BYTES = 128, WORD_MAX = 40 };

static const char *const type_names[] = {
	[CM_INT] = "integer", [CM_DECIMAL] = "number", [CM_TEXT] = "text", [CM_ANY] = "text", [CM_PATH] = "path",
	[CM_CHOICE] = "choice", [CM_FLAG] = "flag", [CM_TIME] = "time", [CM_INTERVAL] = "interval", [CM_ZONE] = "zone",
};

static const struct {
	char unit;
	int seconds;
} units[] = { { 'd', CM_DAY_S }, { 'h', CM_HOUR_S }, { 'm', CM_MINUTE_S }, { 's', 1 } };

const char *
cm_param_type_name(enum cm_param_type type)
{
	return type_names[type];
}

static char
plain(char c)
{
	return c == '-' ? '_' : c;
}

static bool
is_name(const char *name, const char *given)
{
	if (name == NULL)
		return false;
	for (; *name != '\0' && plain(*name) == plain(*given); name++)
		given++;
	return *name == '\0' && *given == '\0';
}

const struct cm_param *
cm_param_find(const struct cm_param *params, const char *name)
{
	for (; params != NULL && params->name != NULL; params++)
		if (is_name(params->name, name) || is_name(params->alias, name))
			return params;
	return NULL;
}

const struct cm_param *
cm_param_next(const struct cm_param *params, const struct cm_param *after)
{
	const struct cm_param *param = after != NULL ? after + 1 : params;

	for (; param != NULL && param->name != NULL; param++)
		if (cm_param_find(params, param->name) == param)
			return param;
	return NULL;
}

char *
cm_interval_text(int64_t seconds, char out[CM_INTERVAL_TEXT])
{
	size_t i = 0;

	while (i + 1 < nitems(units) && seconds % units[i].seconds != 0)
		i++;
	snprintf(out, CM_INTERVAL_TEXT, "%" PRId64 "%c", seconds / units[i].seconds, units[i].unit);
	return out;
}

char *
cm_param_allowed(const struct cm_param *param, char out[CM_ALLOWED_TEXT])
{
	char least[CM_INTERVAL_TEXT], most[CM_INTERVAL_TEXT];

	switch (param->type) {
	case CM_INT:
		snprintf(out, CM_ALLOWED_TEXT, "a whole number from %" PRId64 " to %" PRId64, param->min, param->max);
		break;
	case CM_DECIMAL:
		snprintf(out, CM_ALLOWED_TEXT, "a number from %" PRId64 " to %" PRId64, param->min, param->max);
		break;
	case CM_TEXT:
		snprintf(out, CM_ALLOWED_TEXT, "1 to %" PRId64 " bytes of UTF-8 text without control characters",
		    param->max != 0 ? param->max : TEXT_MAX_BYTES);
		break;
	case CM_CHOICE:
		snprintf(out, CM_ALLOWED_TEXT, "one of: %s", param->choices);
		break;
	case CM_FLAG:
		snprintf(out, CM_ALLOWED_TEXT, "0 or 1");
		break;
	case CM_TIME:
		snprintf(out, CM_ALLOWED_TEXT, "a time such as 2026-02-06T10:30:00Z, a date, or Unix seconds");
		break;
	case CM_INTERVAL:
		snprintf(out, CM_ALLOWED_TEXT, "a number and s, m, h or d, from %s to %s", cm_interval_text(param->min, least),
		    cm_interval_text(param->max, most));
		break;
	case CM_ZONE:
		snprintf(out, CM_ALLOWED_TEXT, "a time zone of the IANA database such as Europe/Berlin");
		break;
	case CM_PATH:
		snprintf(out, CM_ALLOWED_TEXT, "a path");
		break;
	default:
		snprintf(out, CM_ALLOWED_TEXT, "any text");
		break;
	}
	return out;
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
read_decimal(const char *text, const struct cm_param *param, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return *text != '\0' && *end == '\0' && isfinite(*out) && *out >= (double)param->min && *out <= (double)param->max;
}

static bool
read_interval(const char *text, const struct cm_param *param, int64_t *out)
{
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

/* A date alone is its midnight in UTC. */
static bool
read_time(const char *text, int64_t *out)
{
	char whole[32];

	if (strlen(text) != 10 || strspn(text, "0123456789") != 4 || text[4] != '-')
		return cm_time_parse(text, out);
	snprintf(whole, sizeof whole, "%sT00:00:00Z", text);
	return cm_time_parse(whole, out);
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

static const char *
meaning(const struct cm_synonym *synonym, const char *text)
{
	for (; synonym != NULL && synonym->word != NULL; synonym++)
		if (strcmp(synonym->word, text) == 0)
			return synonym->means;
	return text;
}

bool
cm_param_read(struct cm_given *given)
{
	const struct cm_param *param = given->param;

	switch (param->type) {
	case CM_INT:
		return read_int(given->text, param, &given->number);
	case CM_DECIMAL:
		return read_decimal(given->text, param, &given->decimal);
	case CM_FLAG:
		given->number = given->text[0] == '1';
		return strcmp(given->text, "0") == 0 || strcmp(given->text, "1") == 0;
	case CM_CHOICE:
		given->text = meaning(given->param->synonyms, given->text);
		return is_choice(param->choices, given->text);
	case CM_TIME:
		return read_time(given->text, &given->number);
	case CM_INTERVAL:
		return read_interval(given->text, param, &given->number);
	case CM_ZONE:
		return cm_zone_exists(given->text);
	case CM_TEXT:
		return strcmp(param->name, "_") == 0 || is_plain(given->text, param->max);
	case CM_PATH:
		return *given->text != '\0';
	default:
		return param->type == CM_ANY;
	}
}

static size_t
least_of(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters have to be changed, put in, taken out or swapped with their neighbour to make one word of the other (optimal
 * string alignment); - and _ are one. */
static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1], *two_ago = rows[0], *last = rows[1], *row = rows[2], *spare;
	size_t a_length = strlen(a), b_length = strlen(b), i, k;

	if (a_length > WORD_MAX || b_length > WORD_MAX)
		return WORD_MAX;
	for (k = 0; k <= b_length; k++)
		last[k] = k;
	for (i = 1; i <= a_length; i++) {
		row[0] = i;
		for (k = 1; k <= b_length; k++) {
			row[k] = last[k - 1] + (plain(a[i - 1]) != plain(b[k - 1]));
			row[k] = least_of(row[k], least_of(last[k], row[k - 1]) + 1);
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
				row[k] = least_of(row[k], two_ago[k - 2] + 1);
		}
		spare = two_ago;
		two_ago = last;
		last = row;
		row = spare;
	}
	return last[b_length];
}

/* Near is a third of its letters, or a beginning of three letters. */
void
cm_nearest_offer(struct cm_nearest *nearest, const char *candidate)
{
	size_t length = strlen(nearest->word), far = distance(nearest->word, candidate);

	if (far > (length > 3 ? (length + 1) / 3 : 1)) {
		if (length < 3 || strncmp(nearest->word, candidate, length) != 0)
			return;
		far = WORD_MAX;
	}
	if (nearest->best != NULL && far >= nearest->distance)
		return;
	nearest->best = candidate;
	nearest->distance = far;
}
