/*
 * window: a half-open span of time [from, to), the labels that narrow it, and its pieces.
 *
 * Rollups are kept in buckets of 5 minutes, hours and days.  A window is cut into at most seven pieces: the raw edges that
 * no bucket covers, and runs of buckets, the widest that fit.  So its cost does not grow with the table.
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
	cm_us from;
	cm_us to;
};

/* The marginal series that a filter reads: "all", "tenant", "labels" or "full", and the widths of the buckets that are kept
 * for it, in seconds and ascending.  Where there are none, every fact is read. */
enum { CM_RUNGS_MAX = 3 };

struct cm_scope {
	const char *name;
	int ladder_s[CM_RUNGS_MAX];	/* 0: no more */
	bool of_tenant;			/* raw facts are found by tenant rather than by time */
};

/* The scope of a name; NULL: there is none. */
const struct cm_scope *cm_scope_named(const char *name);

const struct cm_scope *cm_filter_scope(const struct cm_filter *filter);

enum { CM_PIECES_MAX = 2 * CM_RUNGS_MAX + 1 };

/* Cuts [from, to) into pieces in order of time; their number. */
size_t cm_window_pieces(const struct cm_scope *scope, cm_us from, cm_us to, struct cm_piece pieces[CM_PIECES_MAX]);

/* The same over a database whose facts before `pruned_before` are gone: there an edge is moved down to one of the narrowest
 * buckets, and *exact becomes false when that moved it; else *exact is left alone. */
size_t cm_window_pieces_kept(const struct cm_scope *scope, cm_us from, cm_us to, cm_us pruned_before,
    struct cm_piece pieces[CM_PIECES_MAX], bool *exact);

/* The parameters that every statement over facts or rollups takes: :scope, the five labels (null: all), :from and :to (in
 * microseconds, or in seconds for buckets), :resolution.  binds has room for CM_BINDS_MAX; the number used is returned,
 * and the row after the last is cleared. */
size_t cm_window_binds(const struct cm_filter *filter, const struct cm_piece *piece, struct cm_bind *binds);

#endif
