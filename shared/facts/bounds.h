/*
 * bounds: how early and late, and how long, what is told may be.
 *
 * What lies beyond is refused, with words, by whoever reads it: an event is rejected, a line of a file too, a followed row is skipped and
 * counted.  A length that nobody told but that follows from two instants and is beyond is not known.  So is a turn no turn whose user
 * had stopped too long before.
 *
 * The bounds are also what keeps sums from overflowing.  Sums of lengths are 64 bits of microseconds: of calls of seven days each, the
 * longest, 15 million fit (2^63 / 6.05e11), of the usual five minutes 30 thousand million.  Where a sum in a rollup or counter comes to
 * 2^62 it stays there (shared/rollups/pack.h): what is added to it, of fewer than 2^17 values of at most 366 days, is less than
 * 2^62, so that adding never fails, whatever somebody sends and however often.
 */
#ifndef CM_BOUNDS_H
#define CM_BOUNDS_H

#include <stdbool.h>

#include "clock.h"

struct cm_bounds {
	cm_us oldest;			/* CALLMETRICS_OLDEST: the earliest instant that is taken */
	int64_t ahead_us;		/* CALLMETRICS_AHEAD_SECONDS: how far ahead of now one may lie */
	int64_t call_us;		/* CALLMETRICS_CALL_SECONDS_MOST, CALLMETRICS_STEP_SECONDS_MOST: the longest .. */
	int64_t step_us;		/* .. call and timed step; neither is ever more than 366 days */
};

/* Those of this program, as its environment was when they were first asked for. */
const struct cm_bounds *cm_bounds(void);

/* What is wrong with an instant, as "lies before ..", or with a length, as "is longer than ..", without a full stop; NULL: nothing.
 * The text is the caller's. */
enum { CM_BOUND_TEXT = 96 };
const char *cm_bound_instant(cm_us at, cm_us now, char text[CM_BOUND_TEXT]);
const char *cm_bound_length(int64_t length_us, int64_t most_us, char text[CM_BOUND_TEXT]);

#endif
