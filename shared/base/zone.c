/* zone: IANA time zones; see zone.h. */
#include "config.h"

#include "zone.h"

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef CM_ZONEINFO
#define CM_ZONEINFO "/usr/share/zoneinfo"
#endif

enum { ZONE_NAME_MAX = 64 };

/* No local time is farther from UTC. */
#define FARTHEST_US (26 * CM_HOUR_US)

bool
cm_zone_exists(const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
	char path[sizeof CM_ZONEINFO + ZONE_NAME_MAX + 2];
	char magic[4];
	struct stat file;
	FILE *in;
	bool zone;

	if (*name == '\0' || *name == '/' || strlen(name) > ZONE_NAME_MAX || name[strspn(name, letters)] != '\0')
		return false;
	if (strcmp(name, "UTC") == 0)
		return true;
	snprintf(path, sizeof path, "%s/%s", CM_ZONEINFO, name);
	if (stat(path, &file) < 0 || !S_ISREG(file.st_mode) || (in = fopen(path, "rb")) == NULL)
		return false;
	zone = fread(magic, 1, sizeof magic, in) == sizeof magic && memcmp(magic, "TZif", sizeof magic) == 0;
	fclose(in);
	return zone;
}

void
cm_zone_use(const char *name)
{
	setenv("TZ", name, 1);
	tzset();
}

struct cm_date
cm_zone_date(cm_us at)
{
	time_t seconds = (time_t)(cm_time_floor(at, CM_SECOND_US) / CM_SECOND_US);
	struct tm local;

	localtime_r(&seconds, &local);
	return (struct cm_date){ .year = local.tm_year + 1900, .month = local.tm_mon + 1, .day = local.tm_mday };
}

cm_us
cm_zone_instant(cm_us shown)
{
	cm_us whole_us = cm_time_floor(shown, CM_SECOND_US);
	time_t seconds = (time_t)(whole_us / CM_SECOND_US);
	struct tm local;

	gmtime_r(&seconds, &local);
	local.tm_isdst = -1;
	return (cm_us)mktime(&local) * CM_SECOND_US + (shown - whole_us);
}

static bool
before(struct cm_date a, struct cm_date b)
{
	if (a.year != b.year)
		return a.year < b.year;
	return a.month != b.month ? a.month < b.month : a.day < b.day;
}

cm_us
cm_zone_day_start(struct cm_date date)
{
	int64_t days = cm_days_from_civil(date.year, date.month, 1) + date.day - 1;
	cm_us low = days * CM_DAY_US - FARTHEST_US, high = days * CM_DAY_US + FARTHEST_US, middle;
	struct cm_date day;

	/* The first second whose local date is the day's or later, by halving: right whatever the clocks do around midnight. */
	cm_civil_from_days(days, &day.year, &day.month, &day.day);
	while (high - low > CM_SECOND_US) {
		middle = cm_time_floor(low + (high - low) / 2, CM_SECOND_US);
		if (before(cm_zone_date(middle), day))
			low = middle;
		else
			high = middle;
	}
	return high;
}
