/* window: a span of time, its labels and its pieces; see window.h. */
#include "config.h"

#include "window.h"

#include <string.h>

#include "error.h"

/* The same as cm_grid in the database. */
enum scope { ALL, TENANT, LABELS, FULL };

static const struct cm_scope scopes[] = {
	[ALL] = { "all", { 300, CM_HOUR_S, CM_DAY_S }, false },
	[TENANT] = { "tenant", { 300, CM_HOUR_S, CM_DAY_S }, true },
	[LABELS] = { "labels", { 300, CM_HOUR_S, CM_DAY_S }, false },
	[FULL] = { "full", { CM_DAY_S }, true },
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

static size_t
add(struct cm_piece *pieces, size_t count, int resolution_s, cm_us from, cm_us to)
{
	if (from >= to)
		return count;
	pieces[count] = (struct cm_piece){ .resolution_s = resolution_s, .from = from, .to = to };
	return count + 1;
}

/* The width below a rung: that of the rung under it, or raw facts. */
static int
below(const struct cm_scope *scope, int rung)
{
	return rung == 0 ? 0 : scope->ladder_s[rung - 1];
}

size_t
cm_window_pieces(const struct cm_scope *scope, cm_us from, cm_us to, struct cm_piece pieces[CM_PIECES_MAX])
{
	cm_us start[CM_RUNGS_MAX + 1] = { from }, stop[CM_RUNGS_MAX + 1] = { to };
	size_t count = 0;
	int rung, top;

	/* start[r]..stop[r] is what buckets of rung r and above may cover; each rung's own part is at its two ends. */
	for (top = 0; top < CM_RUNGS_MAX && scope->ladder_s[top] != 0; top++) {
		cm_us step = scope->ladder_s[top] * CM_SECOND_US;

		start[top + 1] = cm_time_floor(start[top] + step - 1, step);
		stop[top + 1] = cm_time_floor(stop[top], step);
		if (start[top + 1] >= stop[top + 1])
			break;
	}
	for (rung = 0; rung < top; rung++)
		count = add(pieces, count, below(scope, rung), start[rung], start[rung + 1]);
	count = add(pieces, count, below(scope, top), start[top], stop[top]);
	for (rung = top - 1; rung >= 0; rung--)
		count = add(pieces, count, below(scope, rung), stop[rung + 1], stop[rung]);
	return count;
}

size_t
cm_window_pieces_kept(const struct cm_scope *scope, cm_us from, cm_us to, cm_us pruned_before,
    struct cm_piece pieces[CM_PIECES_MAX], bool *exact)
{
	cm_us step = scope->ladder_s[0] * CM_SECOND_US;
	cm_us kept_from = from < pruned_before ? cm_time_floor(from, step) : from;
	cm_us kept_to = to < pruned_before ? cm_time_floor(to, step) : to;

	if (kept_from != from || kept_to != to)
		*exact = false;
	return cm_window_pieces(scope, kept_from, kept_to, pieces);
}

/* No text sorts behind it. */
#define LAST_TEXT "\xf4\x8f\xbf\xbf"

static bool
given(const char *label)
{
	return label != NULL && *label != '\0';
}

const struct cm_scope *
cm_filter_scope(const struct cm_filter *filter)
{
	bool labels = given(filter->agent) || given(filter->agent_version) || given(filter->provider) ||
	    given(filter->call_type);

	if (given(filter->tenant_id))
		return &scopes[labels ? FULL : TENANT];
	return &scopes[labels ? LABELS : ALL];
}

static struct cm_bind
label(const char *name, const char *value)
{
	struct cm_bind bind = { .name = name, .type = given(value) ? CM_BIND_TEXT : CM_BIND_NULL, .text = value };

	return bind;
}

size_t
cm_window_binds(const struct cm_filter *filter, const struct cm_piece *piece, struct cm_bind *binds)
{
	cm_us unit = piece->resolution_s == 0 ? 1 : CM_SECOND_US;
	size_t n = 0;

	binds[n++] = (struct cm_bind)CM_TEXT_PARAM("scope", cm_filter_scope(filter)->name);
	binds[n++] = label("tenant_id", filter->tenant_id);
	/* The same as a range, for an index to use: of that tenant, or of all. */
	binds[n++] = (struct cm_bind)CM_TEXT_PARAM("tenant_from", given(filter->tenant_id) ? filter->tenant_id : "");
	binds[n++] = (struct cm_bind)CM_TEXT_PARAM("tenant_to", given(filter->tenant_id) ? filter->tenant_id : LAST_TEXT);
	binds[n++] = label("agent", filter->agent);
	binds[n++] = label("agent_version", filter->agent_version);
	binds[n++] = label("provider", filter->provider);
	binds[n++] = label("call_type", filter->call_type);
	binds[n++] = (struct cm_bind)CM_INT_PARAM("resolution", piece->resolution_s);
	binds[n++] = (struct cm_bind)CM_INT_PARAM("from", piece->from / unit);
	binds[n++] = (struct cm_bind)CM_INT_PARAM("to", piece->to / unit);
	binds[n] = (struct cm_bind){ 0 };
	return n;
}
