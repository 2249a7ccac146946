/*
 * clock: instants and their text.
 *
 * An instant is a count of microseconds since 1970-01-01T00:00:00Z.  Text is RFC 3339, in UTC, with milliseconds.
 */
#ifndef CM_CLOCK_H
#define CM_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

typedef int64_t cm_us;

#define CM_SECOND_US INT64_C(1000000)
#define CM_MINUTE_S 60
#define CM_HOUR_S 3600
#define CM_DAY_S 86400
#define CM_HOUR_US (CM_HOUR_S * CM_SECOND_US)
#define CM_DAY_US (CM_DAY_S * CM_SECOND_US)
#define CM_TIME_MAX_US (INT64_C(253402300800) * CM_SECOND_US)	/* the end of year 9999 */

enum { CM_TIME_TEXT = 32 };	/* bytes that any time's text needs */

/* Now; CALLMETRICS_NOW (RFC 3339) stands in for it where set. */
cm_us cm_now_us(void);

/* Time since some start, which nobody sets: for how long something lasts. */
cm_us cm_monotonic_us(void);

/* Reads an RFC 3339 time, or Unix seconds with an optional fraction.  False where text is neither, or outside 1970..9999.
 * A leap second, which only the last minute of a day of UTC can have, is the last microsecond before it. */
bool cm_time_parse(const char *text, cm_us *out);

/* "2026-02-06T10:30:00.000Z" into text[CM_TIME_TEXT]; returns text. */
char *cm_time_text(cm_us at, char text[CM_TIME_TEXT]);

/* The same where many instants are of the same few days, each of which is worked out once: cm_time_text into text, which needs
 * no end; where it ends. */
struct cm_day {
	int64_t days;
	char date[12];
};
extern const struct cm_day cm_day_none;
char *cm_time_put(struct cm_day *day, cm_us at, char *text);

/* "2026-02-06T10:00:00Z", for times that are whole seconds. */
char *cm_time_text_s(cm_us at, char text[CM_TIME_TEXT]);

/* The largest multiple of step_us that is not above at. */
cm_us cm_time_floor(cm_us at, cm_us step_us);

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar, and back (Howard Hinnant's civil calendar formulas). */
int64_t cm_days_from_civil(int64_t year, int month, int day);
void cm_civil_from_days(int64_t days, int *year, int *month, int *day);

#endif
