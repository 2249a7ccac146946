/*
 * pack: what one bucket of one series holds of one kind: a histogram of values, or the calls counted by what they came to.
 *
 * Packs are the rows of cm_pack.  The number of one tells whose it is, and sorts by series, kind, width of the bucket and its start, so
 * that a window is a run of numbers.  Beside it stand two blobs of whole numbers, 7 bits to a byte, the lowest first, the last without
 * the highest bit (LEB128):
 *
 *     coarse   for each coarse bin that holds anything, ascending: its distance to the one before less 1, n, rest, and how many bytes of
 *              .fine are its fine bins'
 *     fine     for each fine bin, likewise: its distance to the one before in the coarse bin less 1, n, rest
 *
 * n values lie in the bin, and their sum is n times the bin's least value plus the rest, modulo 2^64.  The first distance counts from one
 * before the first bin that there can be.  Where calls are counted bins are those of outcome.h, and their least value is 0.
 *
 * A sum that came to 2^62 stays there, so that adding never fails (bounds.h); n is exact.  What is read may be damaged: it is checked, and
 * then CM_ESTORE.
 */
#ifndef CM_PACK_H
#define CM_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bins.h"

#define CM_SUM_MOST (INT64_C(1) << 62)

/* What a pack holds: the calls counted, or the values of a kind, by 1 and its number. */
enum { CM_PACK_COUNTS = 0, CM_PACK_KINDS = 1 };

struct cm_pack_key {
	int64_t series_id;
	int what;
	int resolution_s;	/* 300, 3600 or 86400 */
	int64_t bucket_s;	/* its start, seconds since 1970 */
};

/* The number of a pack; -1 where there can be none: the bucket lies before 1970 or after 12000, or there are too many series. */
int64_t cm_pack_id(const struct cm_pack_key *key);
struct cm_pack_key cm_pack_key_of(int64_t pack_id);

/* A number begins with that of its series, so many bits from the lowest; what is left of it of the bucket that holds an instant, or of the
 * first or last that there can be. */
enum { CM_PACK_SERIES_AT = 38, CM_PACK_BUCKET_BITS = 30, CM_PACK_SLOT_S = 300 };
int64_t cm_pack_slot(int what, int resolution_s, int64_t at_s);

/* A blob: borrowed. */
struct cm_blob {
	const unsigned char *bytes;
	size_t count;
};

struct cm_pack {
	bool counts;		/* what is CM_PACK_COUNTS */
	struct cm_blob coarse;
	struct cm_blob fine;
};

struct cm_bin_sum {
	int bin;
	int64_t n;
	int64_t sum;
};

/* A coarse bin as it is read: where in .fine its fine bins are. */
struct cm_coarse_bin {
	struct cm_bin_sum sum;
	size_t from;
	size_t bytes;
};

/* Steps from coarse bin to coarse bin; all zeros but for .counts and .left is the start. */
struct cm_coarse_reader {
	bool counts;
	struct cm_blob left;
	struct cm_coarse_bin last;
	bool begun;
};

/* 1 the next one, 0 the end, or CM_ESTORE. */
int cm_coarse_next(struct cm_coarse_reader *reader, struct cm_coarse_bin *out);

/* The fine bins of a coarse one; how many, or CM_ESTORE. */
int cm_fine_read(bool counts, int coarse, struct cm_blob fine, struct cm_bin_sum out[CM_FINE_PER_COARSE]);

/* All fine bins of a pack one after the other; take gives 0 or an error, which ends it.  CM_ESTORE also where the coarse bins are not
 * the sums of the fine ones. */
int cm_pack_each(const struct cm_pack *pack, int (*take)(void *arg, const struct cm_bin_sum *sum), void *arg);

/* Room for a pack that is made; all zeros at first. */
struct cm_pack_bytes {
	unsigned char *bytes;
	size_t count;
	size_t room;
};

struct cm_pack_room {
	struct cm_pack_bytes coarse;
	struct cm_pack_bytes fine;
};

void cm_pack_room_done(struct cm_pack_room *room);

/* Makes of a pack, whose blobs may be empty, one with some more and some less in it: `count` sums of fine bins, ascending, each bin once;
 * below 0 is taken away.  CM_ESTORE: it is damaged, or holds less than is taken; CM_ENOMEM. */
int cm_pack_add(const struct cm_pack *pack, const struct cm_bin_sum *sums, size_t count, struct cm_pack_room *out);

/* A sum and what is added to it; see above. */
int64_t cm_sum_plus(int64_t sum, int64_t more);

#endif
