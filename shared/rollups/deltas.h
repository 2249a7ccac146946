/*
 * deltas: what facts that come and go add to packs and take from them, added up in memory.
 *
 * Whoever writes facts notes what each counts as; before its transaction is committed that becomes one change of each pack, in the order
 * of their numbers.
 */
#ifndef CM_DELTAS_H
#define CM_DELTAS_H

#include "clock.h"
#include "marginals.h"
#include "outcome.h"
#include "pack.h"

/* A fact, or what counts of one, of a series of its own labels. */
struct cm_noted {
	int64_t series_id;
	cm_us at;
	int what;		/* as in struct cm_pack_key */
	struct cm_bin_sum sum;
};

/* What changes in a fine bin of a pack. */
struct cm_delta {
	int64_t pack_id;
	struct cm_bin_sum sum;
};

/* All zeros is nothing. */
struct cm_deltas {
	struct cm_noted *noted;
	size_t count;
	size_t room;
	struct cm_marginal_book marginals;
};

/* Notes that a value of a kind comes (n is 1) or goes (-1).  CM_ENOMEM. */
int cm_deltas_value(struct cm_deltas *deltas, int64_t series_id, int kind, cm_us at, int64_t value_us, int n);

/* A call as it counts. */
struct cm_counted_call {
	int64_t series_id;
	cm_us started;
	struct cm_outcome outcome;
	bool has_transcript;
	int64_t timed_us;	/* how long it took, where that counts; else -1 */
};

/* The same of a call: among the calls, and its length among the values of its kind. */
int cm_deltas_call(struct cm_deltas *deltas, const struct cm_counted_call *call, int n);

/* Whether so much is noted that it is better written: memory is bounded, and no sum overflows (bounds.h). */
bool cm_deltas_are_full(const struct cm_deltas *deltas);

/* All that is noted, as changes of packs, ascending, each bin once; allocated.  Nothing is noted any more.  CM_EBUSY, CM_ESTORE,
 * CM_ENOMEM. */
int cm_deltas_take(struct cm_store *store, struct cm_deltas *deltas, struct cm_delta **out, size_t *count);

/* Sorts changes, and adds up those of one bin; how many are left. */
size_t cm_deltas_merge(struct cm_delta *changes, size_t count);

/* How many of some changes, ascending, are of the first so many packs. */
size_t cm_deltas_of_packs(const struct cm_delta *changes, size_t count, size_t packs);

void cm_deltas_done(struct cm_deltas *deltas);

#endif
