/* ranks_own: the inside of a selection, for ranks_read.c, which reads it, and ranks.c, which looks in it. */
#ifndef CM_RANKS_OWN_H
#define CM_RANKS_OWN_H

#include "filter_series.h"
#include "packs_read.h"
#include "ranks.h"

struct sum {
	int64_t n;
	int64_t us;
};

/* What one pack says of one coarse bin, and where its fine ones are; or what many packs say together. */
struct cell {
	size_t bucket;
	int bin;
	uint32_t next;			/* the cell of the same bucket and bin before this one, by its place and 1; 0: none */
	struct sum sum;			/* below 0: taken away */
	int64_t pack_id;
	uint32_t from;
	uint32_t bytes;
};

/* A value that is known by itself. */
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
	struct cm_filter_series *sieve;	/* NULL: all values that are read count */
	bool binned;			/* some piece is of buckets */
	struct cell *cells;
	size_t cell_count;
	size_t cell_room;
	size_t cell_most;		/* from so many on they are added up */
	bool added_up;			/* so where fine bins are is not known any more */
	struct raw *raw;		/* in order of their buckets, once all are read */
	size_t raw_count;
	size_t raw_room;
	size_t *raw_from;		/* bucket b's are from raw_from[b] to below raw_from[b + 1] */
	struct sum *total;		/* of each bucket */
	int low;			/* the lowest coarse bin that holds anything */
	int width;			/* from there to the highest */
	struct sum *coarse;		/* n rows of width */
	uint32_t *last_cell;		/* likewise: the last cell of each, by its place and 1; 0: none */
	bool exact;			/* all of them */
	struct exactness *exactness;	/* of each bucket */
};

static inline void
cm_sum_add(struct sum *to, int64_t n, int64_t us)
{
	to->n += n;
	to->us += us;
}

/* The kind is that of calls. */
bool cm_selection_is_call(const struct cm_selection *select);

/* Adds a look for each of a selection's pieces of buckets, or of raw facts.  CM_ENOMEM. */
int cm_selection_looks(struct cm_selection *select, bool raw, struct cm_probes *looks);

#endif
