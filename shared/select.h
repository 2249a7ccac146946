/*
 * select: the k-th smallest value of each bucket of an answer, by histogram-guided selection.
 *
 * One selection reads the coarse histogram of all buckets at once.  A rank is then looked for in three steps: the coarse bins
 * say in which of them it lies, the fine bins of that one in which fine bin, and that bin's raw values give it.  A bin that
 * holds one value needs no further step: its sum is that value.
 */
#ifndef CM_SELECT_H
#define CM_SELECT_H

#include "store.h"
#include "window.h"

struct cm_select;

/*
 * Starts a selection among the values of a kind in n adjacent buckets, edges[0..n] ascending; filter, kind and edges are
 * borrowed until cm_select_done, which takes NULL.  CM_EBUSY, CM_ESTORE, CM_ENOMEM.
 */
int cm_select_init(struct cm_store *store, const struct cm_filter *filter, const char *kind, const cm_us *edges, size_t n,
    struct cm_select **out);
void cm_select_done(struct cm_select *select);

int64_t cm_select_count(const struct cm_select *select, size_t bucket);
int64_t cm_select_sum_us(const struct cm_select *select, size_t bucket);

/* The rank-th smallest value of a bucket, 1 <= rank <= its count.  CM_ESTORE also where the rollups contradict the facts. */
int cm_select_rank(struct cm_select *select, size_t bucket, int64_t rank, int64_t *out_us);

/* Whether all that was answered so far is exact, and if not how much too high a value can be, in per cent. */
bool cm_select_is_exact(const struct cm_select *select, double *error_pct);

#endif
