/* select_own: the inside of a selection, for select.c, which reads it, and select_rank.c, which looks in it. */
#ifndef CM_SELECT_OWN_H
#define CM_SELECT_OWN_H

#include "bins.h"
#include "select.h"

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
struct loose {
	size_t bucket;
	int bin;
	int n;				/* -1: to be taken away */
	int64_t value_us;
};

struct cm_select {
	struct cm_store *store;
	const struct cm_filter *filter;
	const char *kind;
	const cm_us *edges;
	size_t n;
	struct cm_cut cut;
	cm_us pruned_before;
	bool binned;			/* some piece is of buckets */
	size_t first_binned;		/* the first of those that are read now */
	bool (*seen)[CM_COARSE_BINS];	/* of each piece: which coarse bins it has */
	struct cell *cells;
	size_t cell_count;
	size_t cell_room;
	struct loose *loose;		/* in order of their buckets, once all are read */
	size_t loose_count;
	size_t loose_room;
	size_t *loose_from;		/* bucket b's are from loose_from[b] to below loose_from[b + 1] */
	struct sum *total;		/* of each bucket */
	int low;			/* the lowest coarse bin that holds anything */
	int width;			/* from there to the highest */
	struct sum *coarse;		/* n rows of width */
	size_t fine_bucket;		/* what fine[] is of */
	int fine_of;			/* -1: nothing yet */
	struct sum fine[CM_FINE_PER_COARSE];
	bool exact;
	double error_pct;
};

static inline void
cm_sum_add(struct sum *to, int64_t n, int64_t us)
{
	to->n += n;
	to->us += us;
}

/* The kind is that of calls. */
bool cm_select_is_call(const struct cm_select *select);

/* Runs a statement over a piece; `name` is that of a parameter of its own, NULL for none. */
int cm_select_open(const struct cm_select *select, const struct cm_piece *piece, const char *statement, const char *name,
    int number, struct cm_rows **rows);

/* Runs values-binned over pieces, of which there is one at least: one after the other, or where the store is remote over all at once.
 * take gets each row, and the place of its piece among them. */
int cm_select_read_bins(struct cm_select *select, const struct cm_piece *pieces, size_t count, int parent,
    int (*take)(struct cm_select *select, size_t piece, const struct cm_rows *rows));

#endif
