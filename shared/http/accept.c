/* accept: what a client would rather have; see accept.h. */
#include "config.h"

#include "accept.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* How precisely a media range speaks of a type. */
enum match { NONE, ANY, ANY_SUBTYPE, NAMED };

static const char *
skip_blanks(const char *at)
{
	return at + strspn(at, " \t");
}

/* Behind a token (RFC 9110, 5.6.2); the same place where there is none. */
static const char *
skip_token(const char *at)
{
	while (isalnum((unsigned char)*at) || (*at != '\0' && strchr("!#$%&'*+-.^_`|~", *at) != NULL))
		at++;
	return at;
}

/* Behind a quoted string; NULL where it does not end. */
static const char *
skip_quoted(const char *at)
{
	for (at++; *at != '"'; at++)
		if (*at == '\0' || (*at == '\\' && *++at == '\0'))
			return NULL;
	return at + 1;
}

/* "0.25" as 250; -1: none. */
static int
read_weight(const char *at, const char *end)
{
	int weight, unit = 100;

	if (at == end || (*at != '0' && *at != '1'))
		return -1;
	weight = (*at++ - '0') * 1000;
	if (at < end && *at++ != '.')
		return -1;
	for (; at < end && unit > 0 && isdigit((unsigned char)*at); unit /= 10)
		weight += (*at++ - '0') * unit;
	return at == end && weight <= 1000 ? weight : -1;
}

/* Reads ";name=value" as often as it stands there, the weight into *weight; behind it, or NULL where it is malformed. */
static const char *
read_parameters(const char *at, int *weight)
{
	const char *name, *value;

	*weight = 1000;
	for (at = skip_blanks(at); *at == ';'; at = skip_blanks(at)) {
		if (*(at = skip_blanks(at + 1)) == ';' || *at == ',' || *at == '\0')
			continue;
		name = at;
		value = at = skip_token(at);
		if (*at == '=') {
			value = at + 1;
			if ((at = *value == '"' ? skip_quoted(value) : skip_token(value)) == NULL)
				return NULL;
		}
		if (strncasecmp(name, "q=", 2) == 0 && (*weight = read_weight(value, at)) < 0)
			return NULL;
	}
	return at;
}

static enum match
match_of(const char *range, size_t length, const char *type)
{
	size_t main_length = strcspn(type, "/") + 1;

	if (length == strlen(type) && strncasecmp(range, type, length) == 0)
		return NAMED;
	if (length == 3 && memcmp(range, "*/*", 3) == 0)
		return ANY;
	return length == main_length + 1 && strncasecmp(range, type, main_length) == 0 && range[main_length] == '*' ? ANY_SUBTYPE : NONE;
}

static int
weigh(const char *accept, const char *type, enum match least)
{
	enum match best = NONE, match;
	int weight, best_weight = 0;
	const char *range, *end, *at;

	for (at = accept; *at != '\0'; at += *at == ',') {
		range = at = skip_blanks(at);
		end = skip_token(range);
		if (end > range && *end == '/')
			end = skip_token(end + 1);
		at = read_parameters(end, &weight);
		match = at != NULL && (*at == ',' || *at == '\0') ? match_of(range, (size_t)(end - range), type) : NONE;
		if (match >= least && match != NONE && (match > best || (match == best && weight > best_weight))) {
			best = match;
			best_weight = weight;
		}
		at = at != NULL ? at : end;
		at += strcspn(at, ",");
	}
	return best_weight;
}

int
cm_accept_permille(const char *accept, const char *type)
{
	return *skip_blanks(accept) == '\0' ? 1000 : weigh(accept, type, ANY);
}

int
cm_accept_named_permille(const char *accept, const char *type)
{
	return weigh(accept, type, NAMED);
}
