/*
 * zone: IANA time zones; see zone.h.
 *
 * A file says from which instants on which offset from UTC holds, and for the time after the last of them has a rule in the form of
 * POSIX: "CET-1CEST,M3.5.0,M10.5.0/3".
 */
#include "config.h"

#include "zone.h"

#include <sys/stat.h>

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef CM_ZONEINFO
#define CM_ZONEINFO "/usr/share/zoneinfo"
#endif

enum { ZONE_NAME_MAX = 64, FILE_MOST_BYTES = 65536, HEADER_BYTES = 44, FOOTER_MOST = 128 };

/* A day of a year on which the clocks change, and when on it. */
struct change {
	char form;		/* 'M': that weekday of that week of a month; 'J': day 1 to 365, never 29 February; 'N': day 0 to 365 */
	int month, week, day;
	int64_t time_s;
};

/* What holds after the last change that a file lists. */
struct rule {
	bool given;
	bool has_summer;
	int64_t standard_s, summer_s;	/* offsets, east of UTC */
	struct change start, end;
};

struct cm_zone {
	size_t count;
	int64_t *from_s;		/* ascending; from there on .. */
	int32_t *offset_s;		/* .. this offset holds */
	int32_t first_s;		/* and before all of them this one */
	struct rule rule;
};

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

/* Where a file is being read.  What reaches behind its end makes `falls_short` true, and reads as 0. */
struct reading {
	const unsigned char *at;
	const unsigned char *end;
	bool falls_short;
};

static int64_t
read_number(struct reading *reading, int bytes)
{
	uint64_t number = 0;
	int i;

	if (reading->end - reading->at < bytes) {
		reading->falls_short = true;
		return 0;
	}
	for (i = 0; i < bytes; i++)
		number = number << 8 | reading->at[i];
	reading->at += bytes;
	return bytes == 4 ? (int32_t)(uint32_t)number : (int64_t)number;
}

static void
skip(struct reading *reading, int64_t bytes)
{
	if (bytes < 0 || reading->end - reading->at < bytes) {
		reading->falls_short = true;
		bytes = 0;
	}
	reading->at += bytes;
}

/* A file's header: how many there are of what follows. */
struct counts {
	char version;
	int64_t is_utc, is_standard, leaps, times, types, letters;
};

static struct counts
read_counts(struct reading *reading)
{
	struct counts counts = { 0 };

	if (reading->end - reading->at < HEADER_BYTES || memcmp(reading->at, "TZif", 4) != 0) {
		reading->falls_short = true;
		return counts;
	}
	counts.version = (char)reading->at[4];
	reading->at += 20;
	counts.is_utc = read_number(reading, 4);
	counts.is_standard = read_number(reading, 4);
	counts.leaps = read_number(reading, 4);
	counts.times = read_number(reading, 4);
	counts.types = read_number(reading, 4);
	counts.letters = read_number(reading, 4);
	if (counts.times < 0 || counts.types < 1 || counts.types > 256)
		reading->falls_short = true;
	return counts;
}

/* How long a body is whose instants have so many bytes. */
static int64_t
body_bytes(const struct counts *counts, int wide)
{
	return counts->times * (wide + 1) + counts->types * 6 + counts->letters + counts->leaps * (wide + 4) + counts->is_standard +
	    counts->is_utc;
}

/* The instants, and the offset that holds from each of them on. */
static bool
read_offsets(struct reading *reading, const struct counts *counts, struct cm_zone *zone)
{
	struct reading indexes = *reading, types = *reading;
	size_t i;

	zone->count = (size_t)counts->times;
	zone->from_s = calloc(zone->count + 1, sizeof *zone->from_s);
	zone->offset_s = calloc(zone->count + 1, sizeof *zone->offset_s);
	if (zone->from_s == NULL || zone->offset_s == NULL)
		return false;
	skip(&indexes, counts->times * 8);
	for (i = 0; i < zone->count; i++) {
		size_t type = (size_t)(read_number(&indexes, 1) & 255);

		zone->from_s[i] = read_number(reading, 8);
		types = indexes;
		skip(&types, (int64_t)(zone->count - i - 1) + (int64_t)type * 6);
		zone->offset_s[i] = (int32_t)read_number(&types, 4);
		if (type >= (size_t)counts->types || (i > 0 && zone->from_s[i] <= zone->from_s[i - 1]))
			return false;
	}
	zone->first_s = (int32_t)read_number(&indexes, 4);
	skip(reading, body_bytes(counts, 8) - counts->times * 8);
	return !types.falls_short && !indexes.falls_short && !reading->falls_short;
}

/* "<+0530>" or "CEST". */
static const char *
skip_name(const char *text)
{
	const char *end;

	if (*text == '<')
		return (end = strchr(text, '>')) != NULL ? end + 1 : text;
	while (isalpha((unsigned char)*text))
		text++;
	return text;
}

/* "-1", "5:30", "-167:30:15" as seconds. */
static const char *
read_clock(const char *text, int64_t *out)
{
	int64_t parts[3] = { 0 };
	bool negative = *text == '-';
	int i;

	text += *text == '-' || *text == '+';
	for (i = 0; i < 3 && isdigit((unsigned char)*text); i++) {
		while (isdigit((unsigned char)*text) && parts[i] < 1000)
			parts[i] = parts[i] * 10 + (*text++ - '0');
		if (*text != ':')
			break;
		text++;
	}
	*out = (parts[0] * CM_HOUR_S + parts[1] * CM_MINUTE_S + parts[2]) * (negative ? -1 : 1);
	return text;
}

/* ",M10.5.0/3", ",J60", ",59". */
static const char *
read_change(const char *text, struct change *out)
{
	int used = 0;

	*out = (struct change){ .time_s = 2 * CM_HOUR_S };
	if (sscanf(text, ",M%2d.%1d.%1d%n", &out->month, &out->week, &out->day, &used) == 3)
		out->form = 'M';
	else if (sscanf(text, ",J%3d%n", &out->day, &used) == 1)
		out->form = 'J';
	else if (sscanf(text, ",%3d%n", &out->day, &used) == 1)
		out->form = 'N';
	if (out->form == 'M' && (out->month < 1 || out->month > 12 || out->week < 1))
		out->form = 0;
	text += used;
	return *text == '/' ? read_clock(text + 1, &out->time_s) : text;
}

/* POSIX counts offsets west of UTC. */
static struct rule
read_rule(const char *text)
{
	struct rule rule = { 0 };
	const char *name = text;

	if ((text = skip_name(text)) == name)
		return rule;
	text = read_clock(text, &rule.standard_s);
	rule.standard_s = -rule.standard_s;
	rule.given = *text == '\0';
	name = text;
	if (rule.given || (text = skip_name(name)) == name)
		return rule;
	rule.summer_s = rule.standard_s + CM_HOUR_S;
	if (*text != ',') {
		text = read_clock(text, &rule.summer_s);
		rule.summer_s = -rule.summer_s;
	}
	text = read_change(read_change(text, &rule.start), &rule.end);
	rule.given = rule.has_summer = *text == '\0' && rule.start.form != 0 && rule.end.form != 0;
	return rule;
}

/* The body of a file from version 2 on stands behind one of narrow instants; the rule between two ends of lines behind it. */
static bool
read_zone(struct reading *reading, struct cm_zone *zone)
{
	struct counts counts = read_counts(reading);
	char footer[FOOTER_MOST];
	size_t bytes;

	skip(reading, reading->falls_short ? 0 : body_bytes(&counts, 4));
	if (reading->falls_short || counts.version < '2')
		return false;
	counts = read_counts(reading);
	if (reading->falls_short || !read_offsets(reading, &counts, zone))
		return false;
	bytes = (size_t)(reading->end - reading->at);
	if (bytes >= 2 && bytes < sizeof footer && *reading->at == '\n') {
		memcpy(footer, reading->at + 1, bytes - 1);
		footer[strnlen(footer, bytes - 1)] = '\0';
		footer[strcspn(footer, "\n")] = '\0';
		zone->rule = read_rule(footer);
	}
	return true;
}

static bool
read_file(const char *name, struct cm_zone *zone)
{
	unsigned char *bytes = malloc(FILE_MOST_BYTES);
	char path[sizeof CM_ZONEINFO + ZONE_NAME_MAX + 2];
	struct reading reading;
	bool read = false;
	FILE *in;

	snprintf(path, sizeof path, "%s/%s", CM_ZONEINFO, name);
	if (bytes != NULL && (in = fopen(path, "rb")) != NULL) {
		reading = (struct reading){ .at = bytes, .end = bytes + fread(bytes, 1, FILE_MOST_BYTES, in) };
		read = read_zone(&reading, zone);
		fclose(in);
	}
	free(bytes);
	return read;
}

struct cm_zone *
cm_zone_open(const char *name)
{
	struct cm_zone *zone = calloc(1, sizeof *zone);

	if (zone != NULL && strcmp(name, "UTC") != 0 && !read_file(name, zone)) {
		cm_zone_close(zone);
		return NULL;
	}
	return zone;
}

void
cm_zone_close(struct cm_zone *zone)
{
	if (zone == NULL)
		return;
	free(zone->from_s);
	free(zone->offset_s);
	free(zone);
}

/* When the clocks change in a year, in seconds since 1970 as they show then. */
static int64_t
change_in(const struct change *change, int year)
{
	int64_t first = cm_days_from_civil(year, change->form == 'M' ? change->month : 1, 1), day;
	bool leap = cm_days_from_civil(year, 3, 1) - cm_days_from_civil(year, 2, 1) == 29;

	if (change->form == 'M') {
		/* 1970 began on a Thursday. */
		day = first + (change->day - ((first % 7) + 11) % 7 + 7) % 7 + (change->week - 1) * 7;
		if (change->week == 5 && day >= (change->month < 12 ? cm_days_from_civil(year, change->month + 1, 1) :
		    cm_days_from_civil(year + 1, 1, 1)))
			day -= 7;
	} else if (change->form == 'J') {
		day = first + change->day - 1 + (leap && change->day >= 60);
	} else {
		day = first + change->day;
	}
	return day * CM_DAY_S + change->time_s;
}

static int64_t
offset_by_rule(const struct rule *rule, int64_t at_s)
{
	int64_t days = cm_time_floor(at_s + rule->standard_s, CM_DAY_S) / CM_DAY_S, start, end;
	int year, month, day;

	if (!rule->has_summer)
		return rule->standard_s;
	cm_civil_from_days(days, &year, &month, &day);
	start = change_in(&rule->start, year) - rule->standard_s;
	end = change_in(&rule->end, year) - rule->summer_s;
	if (start < end ? at_s >= start && at_s < end : at_s >= start || at_s < end)
		return rule->summer_s;
	return rule->standard_s;
}

/* How far local time is ahead of UTC. */
static int64_t
offset_at(const struct cm_zone *zone, int64_t at_s)
{
	size_t low = 0, high = zone->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (zone->from_s[middle] <= at_s)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == zone->count && zone->rule.given)
		return offset_by_rule(&zone->rule, at_s);
	return low == 0 ? zone->first_s : zone->offset_s[low - 1];
}

struct cm_date
cm_zone_date(const struct cm_zone *zone, cm_us at)
{
	int64_t at_s = cm_time_floor(at, CM_SECOND_US) / CM_SECOND_US;
	struct cm_date date;

	cm_civil_from_days(cm_time_floor(at_s + offset_at(zone, at_s), CM_DAY_S) / CM_DAY_S, &date.year, &date.month, &date.day);
	return date;
}

cm_us
cm_zone_instant(const struct cm_zone *zone, cm_us shown)
{
	int64_t shown_s = cm_time_floor(shown, CM_SECOND_US) / CM_SECOND_US;
	int64_t offset_s = offset_at(zone, shown_s - offset_at(zone, shown_s));

	return shown - offset_s * CM_SECOND_US;
}

static bool
before(struct cm_date a, struct cm_date b)
{
	if (a.year != b.year)
		return a.year < b.year;
	return a.month != b.month ? a.month < b.month : a.day < b.day;
}

cm_us
cm_zone_day_start(const struct cm_zone *zone, struct cm_date date)
{
	int64_t days = cm_days_from_civil(date.year, date.month, 1) + date.day - 1;
	cm_us low = days * CM_DAY_US - FARTHEST_US, high = days * CM_DAY_US + FARTHEST_US, middle;
	struct cm_date day;

	/* The first second whose local date is the day's or later, by halving: right whatever the clocks do around midnight. */
	cm_civil_from_days(days, &day.year, &day.month, &day.day);
	while (high - low > CM_SECOND_US) {
		middle = cm_time_floor(low + (high - low) / 2, CM_SECOND_US);
		if (before(cm_zone_date(zone, middle), day))
			low = middle;
		else
			high = middle;
	}
	return high;
}
