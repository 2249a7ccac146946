/*
 * ratio: a sum over a count, as a decimal.
 *
 * Every average, share and change that an answer tells is made here, in integers, and rounded half up (away from zero), as people
 * and SQL's round() do.  A figure that two questions tell is so the same text in both, on every engine and machine.
 */
#ifndef CM_RATIO_H
#define CM_RATIO_H

#include <stdbool.h>
#include <stdint.h>

/* sum / count; no number where count is 0.  count >= 0. */
struct cm_ratio {
	int64_t sum;
	int64_t count;
};

/* ratio * 10^places as the nearest whole number, places from 0 to 6; false where it is no number, or none that fits. */
bool cm_ratio_round(struct cm_ratio ratio, int places, int64_t *out);

/* The change from one to another in per cent, likewise; false also where `before` is 0. */
bool cm_ratio_change_pct(struct cm_ratio now, struct cm_ratio before, int places, int64_t *out);

/* As near as a double comes; NaN where it is no number. */
double cm_ratio_double(struct cm_ratio ratio);

#endif
