/* window: a span of time, its labels and its pieces; see window.h. */
#include "config.h"

#include "window.h"

static const int ladder_s[] = { CM_BASE_S, CM_HOUR_S, CM_DAY_S };

enum { RUNGS = sizeof ladder_s / sizeof ladder_s[0] };

static size_t
add(struct cm_piece *pieces, size_t count, int resolution_s, cm_us from, cm_us to)
{
	if (from >= to)
		return count;
	pieces[count] = (struct cm_piece){ .resolution_s = resolution_s, .from = from, .to = to };
	return count + 1;
}

size_t
cm_window_pieces(cm_us from, cm_us to, struct cm_piece pieces[CM_PIECES_MAX])
{
	cm_us start[RUNGS + 1] = { from }, stop[RUNGS + 1] = { to };
	size_t count = 0;
	int rung, top;

	/* start[r]..stop[r] is what buckets of rung r and above may cover; each rung's own part is at its two ends. */
	for (top = 0; top < RUNGS; top++) {
		cm_us step = ladder_s[top] * CM_SECOND_US;

		start[top + 1] = cm_time_floor(start[top] + step - 1, step);
		stop[top + 1] = cm_time_floor(stop[top], step);
		if (start[top + 1] >= stop[top + 1])
			break;
	}
	for (rung = 0; rung < top; rung++)
		count = add(pieces, count, rung == 0 ? 0 : ladder_s[rung - 1], start[rung], start[rung + 1]);
	count = add(pieces, count, top == 0 ? 0 : ladder_s[top - 1], start[top], stop[top]);
	for (rung = top - 1; rung >= 0; rung--)
		count = add(pieces, count, rung == 0 ? 0 : ladder_s[rung - 1], stop[rung + 1], stop[rung]);
	return count;
}

static bool
given(const char *label)
{
	return label != NULL && *label != '\0';
}

const char *
cm_filter_scope(const struct cm_filter *filter)
{
	bool labels = given(filter->agent) || given(filter->agent_version) || given(filter->provider) ||
	    given(filter->call_type);

	if (given(filter->tenant_id))
		return labels ? "full" : "tenant";
	return labels ? "labels" : "all";
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

	binds[n++] = (struct cm_bind)CM_TEXT_PARAM("scope", cm_filter_scope(filter));
	binds[n++] = label("tenant_id", filter->tenant_id);
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
