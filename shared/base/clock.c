/* clock: instants and their text; see clock.h. */
#include "config.h"

#include "clock.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#include "settings.h"

cm_us
cm_now_us(void)
{
	const char *frozen = cm_setting("CALLMETRICS_NOW");
	struct timespec now;
	cm_us at;

	if (frozen != NULL && cm_time_parse(frozen, &at))
		return at;
	clock_gettime(CLOCK_REALTIME, &now);
	return (cm_us)now.tv_sec * CM_SECOND_US + now.tv_nsec / 1000;
}

cm_us
cm_monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (cm_us)now.tv_sec * CM_SECOND_US + now.tv_nsec / 1000;
}

cm_us
cm_time_floor(cm_us at, cm_us step_us)
{
	cm_us rest = at % step_us;

	return at - (rest < 0 ? rest + step_us : rest);
}

int64_t
cm_days_from_civil(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

void
cm_civil_from_days(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t day_of_era = z - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t shifted_month = (5 * day_of_year + 2) / 153;

	*day = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
	*month = (int)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
	*year = (int)(year_of_era + era * 400 + (*month <= 2));
}

/* Reads exactly `digits` digits at *text and steps over them. */
static bool
read_digits(const char **text, int digits, int *out)
{
	int value = 0;

	for (; digits > 0; digits--, (*text)++) {
		if (!isdigit((unsigned char)**text))
			return false;
		value = value * 10 + (**text - '0');
	}
	*out = value;
	return true;
}

static bool
read_char(const char **text, const char *allowed)
{
	if (**text == '\0' || strchr(allowed, **text) == NULL)
		return false;
	(*text)++;
	return true;
}

/* Reads ".123456789" to microseconds; digits after the sixth are dropped.  No fraction is 0. */
static bool
read_fraction(const char **text, cm_us *out)
{
	cm_us value = 0, unit = CM_SECOND_US / 10;

	*out = 0;
	if (**text != '.')
		return true;
	(*text)++;
	if (!isdigit((unsigned char)**text))
		return false;
	for (; isdigit((unsigned char)**text); (*text)++, unit /= 10)
		value += (**text - '0') * unit;
	*out = value;
	return true;
}

static bool
read_offset(const char **text, cm_us *out)
{
	int hours, minutes, sign;

	*out = 0;
	if (read_char(text, "Zz"))
		return true;
	sign = **text == '-' ? -1 : 1;
	if (!read_char(text, "+-") || !read_digits(text, 2, &hours) || !read_char(text, ":") ||
	    !read_digits(text, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*out = sign * (hours * CM_HOUR_US + minutes * CM_MINUTE_S * CM_SECOND_US);
	return true;
}

static int
days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

static bool
parse_rfc3339(const char *text, cm_us *out)
{
	int year, month, day, hour, minute, second;
	cm_us fraction, offset, at;
	bool leaps = false;

	if (!read_digits(&text, 4, &year) || !read_char(&text, "-") || !read_digits(&text, 2, &month) ||
	    !read_char(&text, "-") || !read_digits(&text, 2, &day) || !read_char(&text, "Tt ") ||
	    !read_digits(&text, 2, &hour) || !read_char(&text, ":") || !read_digits(&text, 2, &minute) ||
	    !read_char(&text, ":") || !read_digits(&text, 2, &second) || !read_fraction(&text, &fraction) ||
	    !read_offset(&text, &offset) || *text != '\0')
		return false;
	if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) || hour > 23 || minute > 59 || second > 60)
		return false;
	if (second == 60) {
		second = 59;
		fraction = CM_SECOND_US - 1;
		leaps = true;
	}
	at = (cm_days_from_civil(year, month, day) * CM_DAY_S + hour * CM_HOUR_S + minute * CM_MINUTE_S + second) *
	    CM_SECOND_US + fraction - offset;
	if (leaps && (at + 1) % CM_DAY_US != 0)
		return false;
	*out = at;
	return true;
}

static bool
parse_unix(const char *text, cm_us *out)
{
	int64_t seconds = 0;
	cm_us fraction;
	int digits;

	for (digits = 0; isdigit((unsigned char)*text); text++, digits++) {
		if (digits == 12)
			return false;
		seconds = seconds * 10 + (*text - '0');
	}
	if (digits == 0 || !read_fraction(&text, &fraction) || *text != '\0')
		return false;
	*out = seconds * CM_SECOND_US + fraction;
	return true;
}

bool
cm_time_parse(const char *text, cm_us *out)
{
	cm_us at;

	if (!parse_rfc3339(text, &at) && !parse_unix(text, &at))
		return false;
	if (at < 0 || at >= CM_TIME_MAX_US)
		return false;
	*out = at;
	return true;
}

/* Writes value in so many digits; the place behind them.  Times are printed by the million in exports, where printf was a
 * fifth of the work. */
static char *
put_digits(char *at, int value, int digits)
{
	int i;

	for (i = digits - 1; i >= 0; i--, value /= 10)
		at[i] = (char)('0' + value % 10);
	return at + digits;
}

static void
put_two(char *at, int value)
{
	at[0] = (char)('0' + value / 10);
	at[1] = (char)('0' + value % 10);
}

const struct cm_day cm_day_none = { .days = INT64_MIN };

/* "2026-02-06T10:00:00"; the place behind it. */
static char *
put_seconds(struct cm_day *day, char *at, cm_us time)
{
	int64_t seconds = cm_time_floor(time, CM_SECOND_US) / CM_SECOND_US;
	int64_t days = cm_time_floor(time, CM_DAY_US) / CM_DAY_US;
	int rest = (int)(seconds - days * CM_DAY_S), year, month, of_month;

	if (days != day->days) {
		cm_civil_from_days(days, &year, &month, &of_month);
		day->days = days;
		put_digits(day->date, year, 4);
		put_digits(day->date + 5, month, 2);
		put_digits(day->date + 8, of_month, 2);
		day->date[4] = day->date[7] = '-';
		day->date[10] = 'T';
	}
	memcpy(at, day->date, 11);
	put_two(at + 11, rest / CM_HOUR_S);
	put_two(at + 14, rest / CM_MINUTE_S % 60);
	put_two(at + 17, rest % 60);
	at[13] = at[16] = ':';
	return at + 19;
}

char *
cm_time_put(struct cm_day *day, cm_us at, char *text)
{
	char *end = put_seconds(day, text, at);

	*end++ = '.';
	end = put_digits(end, (int)((at - cm_time_floor(at, CM_SECOND_US)) / 1000), 3);
	*end++ = 'Z';
	return end;
}

char *
cm_time_text(cm_us at, char text[CM_TIME_TEXT])
{
	struct cm_day day = cm_day_none;

	*cm_time_put(&day, at, text) = '\0';
	return text;
}

char *
cm_time_text_s(cm_us at, char text[CM_TIME_TEXT])
{
	struct cm_day day = cm_day_none;
	char *end = put_seconds(&day, text, at);

	*end++ = 'Z';
	*end = '\0';
	return text;
}
