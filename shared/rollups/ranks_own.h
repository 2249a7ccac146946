/* ranks_own: the inside of a selection, for ranks.c, which reads it, and select_rank.c, which looks in it. */
#ifndef CM_RANKS_OWN_H
#define CM_RANKS_OWN_H

#include "bins.h"
#include "probes.h"
#include "ranks.h"

struct sum {
	int64_t n;
	int64_t us;
};

/* What the rollups say of one coarse bin of one bucket. */
struct cell {
	size_t bucket;
	int bin;
	struct sum sum;
};

/* A value that is known by itself: a raw one, or one that the rollups do not hold yet. */
struct raw {
	size_t bucket;
	int bin;
	int n;				/* -1: to be taken away */
	int64_t value_us;
};

/* How exact what was answered of a bucket is. */
struct exactness {
	bool is_not;
	double error_pct;
};

struct cm_selection {
	struct cm_store *store;
	const struct cm_filter *filter;
	const struct cm_kind *kind;
	const cm_us *edges;
	size_t n;
	struct cm_cut cut;
	cm_us pruned_before;
	bool binned;			/* some piece is of buckets */
	bool (*seen)[CM_COARSE_BINS];	/* of each piece: which coarse bins it has */
	struct cell *cells;
	size_t cell_count;
	size_t cell_room;
	struct raw *raw;		/* in order of their buckets, once all are read */
	size_t raw_count;
	size_t raw_room;
	size_t *raw_from;		/* bucket b's are from raw_from[b] to below raw_from[b + 1] */
	struct sum *total;		/* of each bucket */
	int low;			/* the lowest coarse bin that holds anything */
	int width;			/* from there to the highest */
	struct sum *coarse;		/* n rows of width */
	bool exact;			/* all of them */
	struct exactness *exactness;	/* of each bucket */
};

static inline void
cm_sum_add(struct sum *to, int64_t n, int64_t us)
{
	to->n += n;
	to->us += us;
}

/* Bins of buckets, with sums: each bucket's, or of all together, as far as a server does that. */
extern const struct cm_view cm_selection_bins, cm_selection_bins_summed;

/* The kind is that of calls. */
bool cm_selection_is_call(const struct cm_selection *select);

#endif
