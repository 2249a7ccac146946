/*
 * window: a half-open span of time [from, to), the labels that narrow it, and its pieces.
 *
 * Rollups are kept in buckets of 5 minutes, hours and days.  A window is made of at most seven pieces: a run of the widest
 * buckets, and at each of its ends runs of narrower ones and raw facts, which are added where the wide run falls short of the
 * window and taken away where it reaches beyond.  So its cost does not grow with the table.
 */
#ifndef CM_WINDOW_H
#define CM_WINDOW_H

#include <stdbool.h>
#include <stddef.h>

#include "clock.h"
#include "store.h"

/* NULL or "" asks for all.  Borrowed. */
struct cm_filter {
	const char *tenant_id;
	const char *agent;
	const char *agent_version;
	const char *provider;
	const char *call_type;
};

struct cm_window {
	cm_us from;
	cm_us to;
	struct cm_filter filter;
};

struct cm_piece {
	int resolution_s;	/* 0: raw facts; else runs of buckets of so many seconds */
	bool minus;		/* taken away rather than added */
	cm_us from;
	cm_us to;
	size_t first;		/* the bucket of the answer that it counts into, or .. */
	size_t count;		/* .. if more than 1 the first of so many, each row into that which holds it; 0 is 1 */
};

/* Labels as a set. */
enum {
	CM_LABEL_TENANT = 1 << 0, CM_LABEL_AGENT = 1 << 1, CM_LABEL_VERSION = 1 << 2, CM_LABEL_PROVIDER = 1 << 3,
	CM_LABEL_CALL_TYPE = 1 << 4,
};

/* The marginal series that a filter reads: of what they are kept, and the widths of the buckets, in seconds and ascending.  A filter
 * that gives all the labels of its scope reads one series, others those of all combinations that they let through. */
enum { CM_RUNGS_MAX = 3 };

struct cm_scope {
	const char *name;
	unsigned labels;		/* by which its series differ */
	int ladder_s[CM_RUNGS_MAX];	/* 300 and all above, or 86400 alone; 0: no more */
};

/* The scope of a name; NULL: there is none. */
const struct cm_scope *cm_scope_named(const char *name);

const struct cm_scope *cm_filter_scope(const struct cm_filter *filter);

/* Which labels a filter gives. */
unsigned cm_filter_labels(const struct cm_filter *filter);

enum { CM_PIECES_MAX = 2 * CM_RUNGS_MAX + 1 };

/* What pieces are chosen by: after `now` there is next to nothing to read, and no raw facts are left before `pruned`. */
struct cm_horizons {
	cm_us now;
	cm_us pruned;
};

/* Makes [from, to) of pieces, the cheapest; their number. */
size_t cm_window_pieces(const struct cm_scope *scope, cm_us from, cm_us to, const struct cm_horizons *horizons,
    struct cm_piece pieces[CM_PIECES_MAX]);

/* The pieces of n adjacent buckets of an answer, edges[0..n] ascending; adjacent runs of buckets are one.  Where facts are
 * pruned an edge is moved down to one of the narrowest buckets, and exact is false when that moved it. */
struct cm_cut {
	struct cm_piece *pieces;
	size_t count;
	size_t room;
	bool exact;
};

/* CM_ENOMEM; cm_cut_done takes a cut that is zero. */
int cm_cut_init(struct cm_cut *cut, const struct cm_scope *scope, const cm_us *edges, size_t n,
    const struct cm_horizons *horizons);
void cm_cut_done(struct cm_cut *cut);

/* Whether an edge is moved so. */
bool cm_edge_moves(const struct cm_scope *scope, cm_us at, cm_us pruned);

/* The same for a filter, now, and what the database has left; an answer that is not exact is noted in the store.  CM_EBUSY,
 * CM_ESTORE, CM_ENOMEM. */
int cm_window_cut(struct cm_store *store, const struct cm_filter *filter, const cm_us *edges, size_t n, struct cm_cut *cut);

/* The bucket of the answer that a fact of that instant, or rollup bucket that starts then, counts into. */
size_t cm_piece_bucket(const struct cm_piece *piece, const cm_us *edges, cm_us at);

/* The parameters that every statement over facts or rollups takes: of a filter :scope, the five labels (null: all), and ranges of tenants
 * and agents, :tenant_from, :tenant_to and so on; of a piece :from and :to (in microseconds, or in seconds for buckets), :resolution, and
 * :sign (1, or -1 for what is taken away).  binds has room for CM_BINDS_MAX; the number used is returned, and the row after the last is
 * cleared. */
size_t cm_filter_binds(const struct cm_filter *filter, struct cm_bind *binds);
size_t cm_piece_binds(const struct cm_piece *piece, struct cm_bind *binds);
size_t cm_window_binds(const struct cm_filter *filter, const struct cm_piece *piece, struct cm_bind *binds);

#endif
