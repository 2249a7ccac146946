/*
 * check: every pack against the facts.
 *
 * Packs are an index of the facts, and so can be made of them anew.  Days are looked at one after the other, each as it is at one moment,
 * so that others write meanwhile.  What lies before the horizon of retention cannot be compared: its facts may be gone, and the packs are
 * all that is left of them; so of those it is only seen whether they can be read.  Counters are of all that was ever seen, and are no part
 * of this.
 */
#ifndef CM_CHECK_H
#define CM_CHECK_H

#include "clock.h"
#include "pace.h"
#include "pack.h"
#include "store.h"

struct cm_check_sum {
	int64_t n;
	int64_t sum;
};

/* A pack that is not what the facts come to. */
struct cm_check_difference {
	int64_t pack_id;
	bool unreadable;		/* what it holds cannot be read, and held is 0 */
	bool lost;			/* .. and its facts are pruned, so that it is not made anew */
	struct cm_check_sum held;	/* of all of its bins */
	struct cm_check_sum due;
};

struct cm_check {
	bool repair;			/* makes those anew that differ; the store is one that writes */
	const struct cm_progress *progress;
	void (*differs)(void *arg, const struct cm_check_difference *difference);
	void *arg;
	int64_t packs;			/* how many there are, .. */
	int64_t wrong;			/* .. and of how many of them, or missing ones, differs was told */
	int64_t lost;			/* of those: how many are not made anew */
};

/* CM_EBUSY, CM_ESTORE, CM_ENOMEM; differences are no error. */
int cm_check_packs(struct cm_store *store, struct cm_check *check);

enum { CM_CHECK_TEXT = 400 };

/* A difference as a sentence without a full stop, with the labels of its series, which it reads. */
int cm_check_text(struct cm_store *store, const struct cm_check_difference *difference, char text[CM_CHECK_TEXT]);

#endif
