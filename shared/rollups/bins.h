/*
 * bins: the histogram's bins, and selection among the values of one.
 *
 * Bins are 1 us wide up to 1023 us, then 512 to each doubling: 0.1 % to 0.2 % of the value.  Every value from 0 on has one.  The
 * same as cm_octave in the database.
 */
#ifndef CM_BINS_H
#define CM_BINS_H

#include <stddef.h>
#include <stdint.h>

enum {
	CM_BINS_TO_DOUBLE = 512,
	CM_FINE_PER_COARSE = 32,
	CM_BIN_SHIFTS = 54,
	CM_FINE_BINS = CM_BINS_TO_DOUBLE * (CM_BIN_SHIFTS + 1),
	CM_COARSE_BINS = CM_FINE_BINS / CM_FINE_PER_COARSE,
};

/* The fine bin of a value, and the least value of a bin; the same as cm_octave in the database. */
int cm_bin_of(int64_t value_us);
int64_t cm_bin_floor_us(int bin);

/* The rank-th smallest of some values, which it reorders; 1 <= rank <= count (Hoare's selection). */
int64_t cm_selection_value(int64_t *values, size_t count, size_t rank);

#endif
