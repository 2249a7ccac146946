/*
 * durations: exact percentiles, sums and extremes of durations over a window.
 *
 * What there is to ask of is in kinds.h.  A percentile is that of nearest
 * rank, the ceil(n * p)-th smallest, as SQL's percentile_disc; ranks.h says how it is found.
 */
#ifndef CM_DURATIONS_H
#define CM_DURATIONS_H

#include "kinds.h"
#include "store.h"
#include "window.h"

enum { CM_QUANTILES = 3 };

/* In thousandths: p50, p95, p99. */
extern const int cm_quantiles_permille[CM_QUANTILES];

struct cm_durations {
	int64_t count;
	int64_t sum_us;
	int64_t min_us;				/* these three are 0 where count is 0 */
	int64_t max_us;
	int64_t quantile_us[CM_QUANTILES];
	bool exact;				/* false: raw values are gone, a figure is its bin's upper end */
	double error_pct;			/* how much too high a figure can then be, in per cent */
};

/* Count, sum, extremes and percentiles of each of some kinds, at most CM_KINDS_MAX, over a window.  CM_EBUSY, CM_ESTORE, CM_ENOMEM. */
int cm_durations(struct cm_store *store, const struct cm_window *window, const struct cm_kind *const *kinds, size_t count,
    struct cm_durations *out);

/* The same for n adjacent buckets, as in cm_tally_buckets, in one pass; the k-th kind's are out[k * n] to out[k * n + n - 1]. */
int cm_durations_buckets(struct cm_store *store, const struct cm_filter *filter, const struct cm_kind *const *kinds, size_t count,
    const cm_us *edges, size_t n, struct cm_durations *out);

/* One percentile alone, for n buckets as in cm_tally_buckets; -1 where a bucket has no value. */
int cm_quantile_buckets(struct cm_store *store, const struct cm_filter *filter, const struct cm_kind *kind, int permille,
    const cm_us *edges, size_t n, int64_t *out_us);

/* Count and sum of one kind of everything ever seen; they never fall. */
int cm_durations_ever(struct cm_store *store, const struct cm_filter *filter, const struct cm_kind *kind, int64_t *count,
    int64_t *sum_us);

#endif
