/* zone: IANA time zones, by the C library's copy of the database. */
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

/* Makes a zone that exists the one that the two calls below speak of. */
void cm_zone_use(const char *name);

/* The local date at an instant. */
struct cm_date cm_zone_date(cm_us at);

/* The instant at which local clocks show what `shown` is in UTC; one of the two where they are put back. */
cm_us cm_zone_instant(cm_us shown);

/* The instant at which the local day `date` (out-of-range days are carried over) begins: 00:00, or where a change of the
 * clocks skips that, the first instant after; so a day that a zone left out begins with the next one. */
cm_us cm_zone_day_start(struct cm_date date);

#endif
