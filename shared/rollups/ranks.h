/*
 * ranks: the k-th smallest value of each bucket of an answer, by histogram-guided selection.
 *
 * A selection reads the coarse histogram of all buckets at once.  A rank is then looked for in three steps: the coarse bins
 * say in which of them it lies, the fine bins of that one in which fine bin, and that bin's raw values give it.  A bin that
 * holds one value needs no further step: its sum is that value.  Several selections, and several ranks, take each step together.
 */
#ifndef CM_RANKS_H
#define CM_RANKS_H

#include "kinds.h"
#include "store.h"
#include "window.h"

struct cm_selection;

/*
 * Starts a selection among the values of each of some kinds in n adjacent buckets, edges[0..n] ascending; filter, kinds and edges
 * are borrowed until cm_selection_done.  CM_EBUSY, CM_ESTORE, CM_ENOMEM.
 */
int cm_selection_init(struct cm_store *store, const struct cm_filter *filter, const struct cm_kind *const *kinds, size_t count,
    const cm_us *edges, size_t n, struct cm_selection **selects);
void cm_selection_done(struct cm_selection **selects, size_t count);

int64_t cm_selection_count(const struct cm_selection *select, size_t bucket);
int64_t cm_selection_sum_us(const struct cm_selection *select, size_t bucket);

/* One that is asked for: the rank-th smallest value of a bucket, 1 <= rank <= its count. */
struct cm_rank {
	struct cm_selection *select;	/* all of the same store and filter */
	size_t bucket;
	int64_t rank;
	int64_t *value_us;		/* where it goes */
};

/* Finds them; those of one bucket should follow one another.  CM_EBUSY, CM_ENOMEM, CM_ESTORE also where the rollups contradict the
 * facts. */
int cm_ranks_find(const struct cm_rank *ranks, size_t count);

/* Whether all that was answered of a bucket so far is exact, and if not how much too high a value can be, in per cent; and whether all
 * that was answered at all is. */
bool cm_selection_is_exact(const struct cm_selection *select, size_t bucket, double *error_pct);
bool cm_selection_is_all_exact(const struct cm_selection *select);

#endif
