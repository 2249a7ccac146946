/* bounds: how early and late, and how long, what is told may be; see bounds.h. */
#include "config.h"

#include "bounds.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>

#include "settings.h"

enum { LONGEST_S = 366 * CM_DAY_S };

#define OLDEST_US (INT64_C(1262304000) * CM_SECOND_US)	/* 2010-01-01 */

static struct cm_bounds bounds;

static void
read_bounds(void)
{
	const char *oldest = cm_setting("CALLMETRICS_OLDEST");

	if (oldest == NULL || !cm_time_parse(oldest, &bounds.oldest))
		bounds.oldest = OLDEST_US;
	bounds.ahead_us = cm_setting_int("CALLMETRICS_AHEAD_SECONDS", CM_DAY_S, 0, LONGEST_S) * CM_SECOND_US;
	bounds.call_us = cm_setting_int("CALLMETRICS_CALL_SECONDS_MOST", 7 * CM_DAY_S, 1, LONGEST_S) * CM_SECOND_US;
	bounds.step_us = cm_setting_int("CALLMETRICS_STEP_SECONDS_MOST", CM_HOUR_S, 1, LONGEST_S) * CM_SECOND_US;
}

const struct cm_bounds *
cm_bounds(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, read_bounds);
	return &bounds;
}

const char *
cm_bound_instant(cm_us at, cm_us now, char text[CM_BOUND_TEXT])
{
	char oldest[CM_TIME_TEXT];

	if (at < cm_bounds()->oldest)
		snprintf(text, CM_BOUND_TEXT, "lies before %s", cm_time_text_s(cm_bounds()->oldest, oldest));
	else if (at > now + cm_bounds()->ahead_us && cm_bounds()->ahead_us == CM_DAY_US)
		snprintf(text, CM_BOUND_TEXT, "lies more than a day ahead");
	else if (at > now + cm_bounds()->ahead_us)
		snprintf(text, CM_BOUND_TEXT, "lies more than %" PRId64 " seconds ahead", cm_bounds()->ahead_us / CM_SECOND_US);
	else
		return NULL;
	return text;
}

const char *
cm_bound_length(int64_t length_us, int64_t most_us, char text[CM_BOUND_TEXT])
{
	if (length_us <= most_us)
		return NULL;
	snprintf(text, CM_BOUND_TEXT, "is longer than %" PRId64 " seconds", most_us / CM_SECOND_US);
	return text;
}
