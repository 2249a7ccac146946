/* window: a span of time, its labels and its pieces; see window.h. */
#include "config.h"

#include "window.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "error.h"

enum { RAW_STEP_S = 10 };	/* so many seconds of raw facts are about the work of one bucket */

#define ALL_WIDTHS { 300, CM_HOUR_S, CM_DAY_S }
#define ANY_LABELS (CM_LABEL_AGENT | CM_LABEL_VERSION | CM_LABEL_PROVIDER | CM_LABEL_CALL_TYPE)

/* A filter reads the first of these that has all of its labels.  cm_series_added makes the series. */
static const struct cm_scope scopes[] = {
	{ "all", 0, ALL_WIDTHS },
	{ "tenant", CM_LABEL_TENANT, ALL_WIDTHS },
	{ "agent", CM_LABEL_AGENT, ALL_WIDTHS },
	{ "agent_version", CM_LABEL_VERSION, ALL_WIDTHS },
	{ "provider", CM_LABEL_PROVIDER, ALL_WIDTHS },
	{ "call_type", CM_LABEL_CALL_TYPE, ALL_WIDTHS },
	{ "labels", ANY_LABELS, ALL_WIDTHS },
	{ "full", CM_LABEL_TENANT | ANY_LABELS, { CM_DAY_S } },
};

const struct cm_scope *
cm_scope_named(const char *name)
{
	size_t i;

	for (i = 0; i < nitems(scopes); i++)
		if (strcmp(scopes[i].name, name) == 0)
			return &scopes[i];
	return NULL;
}

/* The width below a rung: that of the rung under it, or raw facts. */
static int
below(const struct cm_scope *scope, int rung)
{
	return rung == 0 ? 0 : scope->ladder_s[rung - 1];
}

/* The work of reading from one edge to another, in either direction. */
static int64_t
work(int resolution_s, cm_us a, cm_us b, const struct cm_horizons *horizons)
{
	cm_us low = a < b ? a : b, high = a < b ? b : a, step;

	if (resolution_s == 0 && low < high && low < horizons->pruned)
		return INT64_MAX / 16;
	if (high > horizons->now)
		high = low < horizons->now ? horizons->now : low;
	step = (resolution_s == 0 ? RAW_STEP_S : resolution_s) * CM_SECOND_US;
	return (high - low + step - 1) / step;
}

/* The edge of a rung from which `at` is reached with the least work in what lies below that rung. */
static cm_us
edge_beside(const struct cm_scope *scope, int rung, cm_us at, const struct cm_horizons *horizons)
{
	cm_us step = scope->ladder_s[rung] * CM_SECOND_US, floor = cm_time_floor(at, step);
	int narrow = below(scope, rung);

	if (floor == at || work(narrow, floor, at, horizons) <= work(narrow, at, floor + step, horizons))
		return floor;
	return floor + step;
}

/* The edges of a window on each rung: start[r + 1] and stop[r + 1] lie on rung r; [0] is the window itself. */
struct ladder {
	cm_us start[CM_RUNGS_MAX + 1];
	cm_us stop[CM_RUNGS_MAX + 1];
	int rungs;
};

static struct ladder
climb(const struct cm_scope *scope, cm_us from, cm_us to, const struct cm_horizons *horizons)
{
	struct ladder ladder = { .start = { from }, .stop = { to } };
	int r;

	for (r = 0; r < CM_RUNGS_MAX && scope->ladder_s[r] != 0; r++) {
		ladder.start[r + 1] = edge_beside(scope, r, ladder.start[r], horizons);
		ladder.stop[r + 1] = edge_beside(scope, r, ladder.stop[r], horizons);
	}
	ladder.rungs = r;
	return ladder;
}

/* The rung whose run of buckets, with the pieces that make up the difference at its ends, is the least work. */
static int
best_rung(const struct cm_scope *scope, const struct ladder *ladder, const struct cm_horizons *horizons)
{
	int64_t ends = 0, least = INT64_MAX;
	int r, best = 0;

	for (r = 0; r <= ladder->rungs; r++) {
		int64_t whole = ends + work(below(scope, r), ladder->start[r], ladder->stop[r], horizons);

		if (ladder->start[r] < ladder->stop[r] && whole <= least) {
			least = whole;
			best = r;
		}
		if (r < ladder->rungs)
			ends += work(below(scope, r), ladder->start[r], ladder->start[r + 1], horizons) +
			    work(below(scope, r), ladder->stop[r + 1], ladder->stop[r], horizons);
	}
	return best;
}

/* Adds [from, to), or takes [to, from) away. */
static size_t
add(struct cm_piece *pieces, size_t count, int resolution_s, cm_us from, cm_us to)
{
	if (from == to)
		return count;
	pieces[count] = (struct cm_piece){ .resolution_s = resolution_s, .minus = from > to, .from = from < to ? from : to,
		.to = from < to ? to : from };
	return count + 1;
}

size_t
cm_window_pieces(const struct cm_scope *scope, cm_us from, cm_us to, const struct cm_horizons *horizons,
    struct cm_piece pieces[CM_PIECES_MAX])
{
	struct ladder ladder;
	size_t count = 0;
	int r, best;

	if (from >= to)
		return 0;
	ladder = climb(scope, from, to, horizons);
	best = best_rung(scope, &ladder, horizons);
	for (r = 0; r < best; r++)
		count = add(pieces, count, below(scope, r), ladder.start[r], ladder.start[r + 1]);
	count = add(pieces, count, below(scope, best), ladder.start[best], ladder.stop[best]);
	for (r = best - 1; r >= 0; r--)
		count = add(pieces, count, below(scope, r), ladder.stop[r + 1], ladder.stop[r]);
	return count;
}

/* Whether a piece can be read together with the one before it, each row falling to the bucket that holds it.  Raw facts are
 * better read an hour after the other: those of a tenant come series by series, each time from the same pages. */
static bool
continues(const struct cm_piece *last, const struct cm_piece *piece, const cm_us *edges)
{
	if (piece->resolution_s == 0 || last->resolution_s != piece->resolution_s || last->minus || piece->minus)
		return false;
	return last->to == piece->from && last->from >= edges[last->first] && piece->from >= edges[piece->first] &&
	    piece->to <= edges[piece->first + 1];
}

static int
keep_piece(struct cm_cut *cut, const struct cm_piece *piece, const cm_us *edges)
{
	struct cm_piece *last = cut->count > 0 ? &cut->pieces[cut->count - 1] : NULL;

	if (last != NULL && continues(last, piece, edges)) {
		last->to = piece->to;
		last->count = piece->first - last->first + 1;
		return 0;
	}
	if (!CM_ARRAY_GROWS(cut->pieces, cut->count, cut->room))
		return CM_ENOMEM;
	cut->pieces[cut->count++] = *piece;
	return 0;
}

static cm_us
kept_edge(const struct cm_scope *scope, cm_us at, cm_us pruned)
{
	return at < pruned ? cm_time_floor(at, scope->ladder_s[0] * CM_SECOND_US) : at;
}

bool
cm_edge_moves(const struct cm_scope *scope, cm_us at, cm_us pruned)
{
	return kept_edge(scope, at, pruned) != at;
}

int
cm_cut_init(struct cm_cut *cut, const struct cm_scope *scope, const cm_us *edges, size_t n,
    const struct cm_horizons *horizons)
{
	struct cm_piece pieces[CM_PIECES_MAX];
	size_t i, k, count;
	int rc;

	*cut = (struct cm_cut){ .exact = true };
	for (i = 0; i < n; i++) {
		cm_us from = kept_edge(scope, edges[i], horizons->pruned);
		cm_us to = kept_edge(scope, edges[i + 1], horizons->pruned);

		if (from != edges[i] || to != edges[i + 1])
			cut->exact = false;
		count = cm_window_pieces(scope, from, to, horizons, pieces);
		for (k = 0; k < count; k++) {
			pieces[k].first = i;
			pieces[k].count = 1;
			if ((rc = keep_piece(cut, &pieces[k], edges)) < 0) {
				cm_cut_done(cut);
				return rc;
			}
		}
	}
	return 0;
}

int
cm_window_cut(struct cm_store *store, const struct cm_filter *filter, const cm_us *edges, size_t n, struct cm_cut *cut)
{
	struct cm_horizons horizons = { .now = cm_now_us() };
	int rc;

	if ((rc = cm_store_pruned_before(store, &horizons.pruned)) < 0 ||
	    (rc = cm_cut_init(cut, cm_filter_scope(filter), edges, n, &horizons)) < 0)
		return rc;
	if (!cut->exact)
		cm_store_set_inexact(store);
	return 0;
}

void
cm_cut_done(struct cm_cut *cut)
{
	free(cut->pieces);
	*cut = (struct cm_cut){ 0 };
}

size_t
cm_piece_bucket(const struct cm_piece *piece, const cm_us *edges, cm_us at)
{
	size_t low = piece->first, high = piece->first + piece->count;

	/* By halving: the last whose edge is not above it, or the first. */
	while (high > low + 1) {
		size_t middle = low + (high - low) / 2;

		if (edges[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* No text sorts behind it. */
#define LAST_TEXT "\xf4\x8f\xbf\xbf"

static bool
given(const char *label)
{
	return label != NULL && *label != '\0';
}

unsigned
cm_filter_labels(const struct cm_filter *filter)
{
	return (given(filter->tenant_id) ? CM_LABEL_TENANT : 0u) | (given(filter->agent) ? CM_LABEL_AGENT : 0u) |
	    (given(filter->agent_version) ? CM_LABEL_VERSION : 0u) | (given(filter->provider) ? CM_LABEL_PROVIDER : 0u) |
	    (given(filter->call_type) ? CM_LABEL_CALL_TYPE : 0u);
}

const struct cm_scope *
cm_filter_scope(const struct cm_filter *filter)
{
	unsigned labels = cm_filter_labels(filter);
	const struct cm_scope *scope = scopes;

	while ((scope->labels & labels) != labels)
		scope++;
	return scope;
}

static struct cm_bind
label(const char *name, const char *value)
{
	struct cm_bind bind = { .name = name, .type = CM_BIND_TEXT, .text = given(value) ? value : NULL };

	return bind;
}

size_t
cm_filter_binds(const struct cm_filter *filter, struct cm_bind *binds)
{
	size_t n = 0;

	binds[n++] = (struct cm_bind)CM_TEXT_PARAM("scope", cm_filter_scope(filter)->name);
	binds[n++] = label("tenant_id", filter->tenant_id);
	/* The same as a range, for an index to use: of that one, or of all. */
	binds[n++] = (struct cm_bind)CM_TEXT_PARAM("tenant_from", given(filter->tenant_id) ? filter->tenant_id : "");
	binds[n++] = (struct cm_bind)CM_TEXT_PARAM("tenant_to", given(filter->tenant_id) ? filter->tenant_id : LAST_TEXT);
	binds[n++] = (struct cm_bind)CM_TEXT_PARAM("agent_from", given(filter->agent) ? filter->agent : "");
	binds[n++] = (struct cm_bind)CM_TEXT_PARAM("agent_to", given(filter->agent) ? filter->agent : LAST_TEXT);
	binds[n++] = label("agent", filter->agent);
	binds[n++] = label("agent_version", filter->agent_version);
	binds[n++] = label("provider", filter->provider);
	binds[n++] = label("call_type", filter->call_type);
	binds[n] = (struct cm_bind){ 0 };
	return n;
}

size_t
cm_piece_binds(const struct cm_piece *piece, struct cm_bind *binds)
{
	cm_us unit = piece->resolution_s == 0 ? 1 : CM_SECOND_US;
	size_t n = 0;

	binds[n++] = (struct cm_bind)CM_INT_PARAM("resolution", piece->resolution_s);
	binds[n++] = (struct cm_bind)CM_INT_PARAM("from", piece->from / unit);
	binds[n++] = (struct cm_bind)CM_INT_PARAM("to", piece->to / unit);
	binds[n++] = (struct cm_bind)CM_INT_PARAM("sign", piece->minus ? -1 : 1);
	binds[n] = (struct cm_bind){ 0 };
	return n;
}

size_t
cm_window_binds(const struct cm_filter *filter, const struct cm_piece *piece, struct cm_bind *binds)
{
	size_t n = cm_filter_binds(filter, binds);

	return n + cm_piece_binds(piece, binds + n);
}
