/*
 * pending: facts that came or went since the rollups were folded last, for readers to add to what the rollups say.
 *
 * They are few (cm_state.pending_most) and are read once a transaction, and so are the series that a filter lets through.
 */
#ifndef CM_PENDING_H
#define CM_PENDING_H

#include "store.h"
#include "window.h"

enum { CM_KIND_TEXT = 16, CM_OUTCOME_TEXT = 48 };

struct cm_pending_fact {
	char kind[CM_KIND_TEXT];
	char outcome[CM_OUTCOME_TEXT];	/* '' for a latency */
	cm_us at_us;
	int64_t value_us;
	int bin;			/* -1: has no value that counts */
	int n;				/* 1 came, -1 went */
	int n_transcript;
};

/* The pending facts that a filter lets through; borrowed until another filter is asked for or the transaction ends.  CM_EBUSY, CM_ESTORE,
 * CM_ENOMEM. */
int cm_pending(struct cm_store *store, const struct cm_filter *filter, const struct cm_pending_fact **facts, size_t *count);

/* Which series a filter lets through: lets[series_id] is 1 for those, series_id < count; borrowed likewise. */
int cm_filter_series(struct cm_store *store, const struct cm_filter *filter, const unsigned char **lets, size_t *count);

/* Whether a fact lies in a piece of rollup buckets. */
bool cm_pending_in(const struct cm_pending_fact *fact, const struct cm_piece *piece);

#endif
