/*
 * zone: IANA time zones, read from the system's own files (RFC 8536).
 *
 * A zone is a handle, and nothing here changes what the process takes for its own: two threads may speak of two zones.
 */
#ifndef CM_ZONE_H
#define CM_ZONE_H

#include <stdbool.h>

#include "clock.h"

struct cm_date {
	int year;
	int month;
	int day;
};

/* Whether the name is one of the installed database, e.g. Europe/Berlin. */
bool cm_zone_exists(const char *name);

/* A zone that exists; the caller closes.  NULL for want of memory, or where its file makes no sense. */
struct cm_zone;
struct cm_zone *cm_zone_open(const char *name);
void cm_zone_close(struct cm_zone *zone);

/* The local date at an instant. */
struct cm_date cm_zone_date(const struct cm_zone *zone, cm_us at);

/* The instant at which local clocks show what `shown` is in UTC; one of the two where they are put back. */
cm_us cm_zone_instant(const struct cm_zone *zone, cm_us shown);

/* The instant at which the local day `date` (out-of-range days are carried over) begins: 00:00, or where a change of the
 * clocks skips that, the first instant after; so a day that a zone left out begins with the next one. */
cm_us cm_zone_day_start(const struct cm_zone *zone, struct cm_date date);

#endif
