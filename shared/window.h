/*
 * window: a half-open span of time [from, to), the labels that narrow it, and its pieces.
 *
 * Rollups are kept in buckets of 5 minutes, hours and days.  A window is cut into at most seven pieces: the raw edges that
 * no bucket covers, and runs of buckets, the widest that fit.  So its cost depends on neither its length nor the table's.
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

enum { CM_PIECES_MAX = 7, CM_BASE_S = 300 };

/* Cuts [from, to) into pieces in order of time; their number. */
size_t cm_window_pieces(cm_us from, cm_us to, struct cm_piece pieces[CM_PIECES_MAX]);

/* The marginal series that a filter reads: "all", "tenant", "labels" or "full". */
const char *cm_filter_scope(const struct cm_filter *filter);

/* The parameters that every statement over facts or rollups takes: :scope, the five labels (null: all), :from and :to (in
 * microseconds, or in seconds for buckets), :resolution.  binds has room for CM_BINDS_MAX; the number used is returned,
 * and the row after the last is cleared. */
size_t cm_window_binds(const struct cm_filter *filter, const struct cm_piece *piece, struct cm_bind *binds);

#endif
