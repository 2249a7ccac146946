/*
 * tally: how many calls came to what, over windows and by the hour or day.
 *
 * A call belongs to the window in which it started.  Answers come from the rollups and equal a count over cm_call.
 */
#ifndef CM_TALLY_H
#define CM_TALLY_H

#include "ratio.h"
#include "store.h"
#include "window.h"
#include "words.h"

struct cm_tally {
	int64_t total;
	int64_t by_status[CM_STATUSES];
	int64_t by_direction[CM_DIRECTIONS];
	int64_t by_reason[CM_REASONS];
	int64_t ended_by[CM_STATUSES][CM_DIRECTIONS];
	int64_t with_transcript;
	int64_t timed;			/* completed calls with a known duration */
	int64_t duration_sum_us;	/* of those */
};

/* Counts the calls of a window.  CM_EBUSY, CM_ESTORE. */
int cm_tally(struct cm_store *store, const struct cm_window *window, struct cm_tally *out);

/* The same for n adjacent buckets: edges[0..n], ascending; edges[i] <= started < edges[i + 1] counts into out[i]. */
int cm_tally_buckets(struct cm_store *store, const struct cm_filter *filter, const cm_us *edges, size_t n,
    struct cm_tally *out);

/* Calls that ended: all but the active. */
int64_t cm_tally_ended(const struct cm_tally *tally);

/* Completed calls per hundred ended ones; no number where none ended. */
struct cm_ratio cm_tally_success_pct(const struct cm_tally *tally);

/* Mean duration of completed calls in seconds; no number where there is none. */
struct cm_ratio cm_tally_mean_s(const struct cm_tally *tally);

/* Calls with a transcript per hundred calls; no number where there is none. */
struct cm_ratio cm_tally_transcript_pct(const struct cm_tally *tally);

/* Calls that are active now, whenever they started, and those of them that started before `stale_before`. */
int cm_active_calls(struct cm_store *store, const struct cm_filter *filter, cm_us stale_before, int64_t *active,
    int64_t *stale);

/* Everything ever counted (docs/counters.md): .total and .timed never fall, .ended_by and .by_reason neither.  Others are not told. */
int cm_tally_ever(struct cm_store *store, const struct cm_filter *filter, struct cm_tally *out);

#endif
