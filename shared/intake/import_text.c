/* import_text: instants, lengths and flags as other programs write them; see import_text.h. */
#include "config.h"

#include "import_text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "error.h"

#define DURATION_MOST_US (366 * CM_DAY_US)


bool
cm_import_time(const char *text, cm_us *out)
{
	static const char *const ends[] = { "", "Z", ":00" };
	char whole[64 + 4];
	size_t i, tries = strchr(text, ':') != NULL ? nitems(ends) : 1;

	for (i = 0; i < tries; i++) {
		snprintf(whole, sizeof whole, "%s%s", text, ends[i]);
		if (cm_time_parse(whole, out))
			return true;
	}
	return false;
}

/* An exponent: "e-05"; true where there is none. */
static bool
read_exponent(const char **text, int *out)
{
	int sign = 1, value = 0;

	*out = 0;
	if (**text != 'e' && **text != 'E')
		return true;
	(*text)++;
	if (**text == '-' || **text == '+')
		sign = *(*text)++ == '-' ? -1 : 1;
	if (!isdigit((unsigned char)**text))
		return false;
	for (; isdigit((unsigned char)**text) && value < 100; (*text)++)
		value = value * 10 + (**text - '0');
	*out = sign * value;
	return true;
}

/* By way of no binary fraction. */
bool
cm_import_seconds(const char *text, int64_t *out)
{
	int64_t value = 0;
	int places = 6, exponent, digits = 0;
	bool point = false;

	for (; isdigit((unsigned char)*text) || (*text == '.' && !point); text++) {
		if (*text == '.') {
			point = true;
			continue;
		}
		digits++;
		/* Digits beyond what matters after the point are dropped, before it they are too many anyway. */
		if (value < INT64_C(1000000000000000))
			value = value * 10 + (*text - '0'), places -= point;
		else if (!point)
			return false;
	}
	if (digits == 0 || !read_exponent(&text, &exponent) || *text != '\0')
		return false;
	for (places += exponent; places > 0 && value <= DURATION_MOST_US; places--)
		value *= 10;
	for (; places < -1 && value > 0; places++)
		value /= 10;
	if (places == -1)
		value = (value + 5) / 10;
	*out = value;
	return value <= DURATION_MOST_US;
}

bool
cm_import_flag(const char *text, bool *out)
{
	static const struct {
		const char *word;
		bool flag;
	} flags[] = {
		{ "true", true }, { "1", true }, { "t", true }, { "yes", true }, { "false", false }, { "0", false }, { "f", false },
		{ "no", false },
	};
	size_t i;

	for (i = 0; i < nitems(flags); i++)
		if (strcasecmp(text, flags[i].word) == 0) {
			*out = flags[i].flag;
			return true;
		}
	return false;
}
