/* query: what a request asks, checked against the parameters that its question declares. */
#ifndef CM_QUERY_H
#define CM_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "param.h"
#include "problem.h"
#include "window.h"

enum { CM_WINDOW_MAX_DAYS = 3660, CM_WINDOW_MAX_HOURS = CM_WINDOW_MAX_DAYS * 24 };

/* The window and the labels: every question takes them.  A question that means something else by one of these names, or
 * gives it a default, declares it before this. */
#define CM_WINDOW_FILTERS \
	{ "hours", CM_INT, .min = 1, .max = CM_WINDOW_MAX_HOURS, .help = "window: so many hours back from now" }, \
	{ "days", CM_INT, .min = 1, .max = CM_WINDOW_MAX_DAYS, .help = "window: so many days back from now" }, \
	{ "start_time", CM_TIME, .help = "window: its start, with end_time" }, \
	{ "end_time", CM_TIME, .help = "window: its end, excluded; now where not given" }, \
	{ "tenant_id", CM_TEXT, .help = "only calls of this tenant" }, \
	{ "agent", CM_TEXT, .help = "only calls of this agent" }, \
	{ "agent_version", CM_TEXT, .help = "only calls of this version of the agent" }, \
	{ "provider", CM_TEXT, .help = "only calls of this provider" }, \
	{ "call_type", CM_CHOICE, .choices = "inbound outbound", .help = "only calls of this direction" }

/* Taken by every question without being declared: explain, pretty, and _ (ignored). */
extern const struct cm_param cm_common_params[];

struct cm_query;

/* Reads a query string (without '?') by a table.  `tenant` binds the request to a tenant whatever it asks; NULL: none.
 * CM_EPARAM fills *problem; CM_ENOMEM.  The caller frees. */
int cm_query_parse(const struct cm_param *params, const char *text, const char *tenant, cm_us now, struct cm_query **out,
    struct cm_problem *problem);
void cm_query_free(struct cm_query *query);

/* Whether the client gave it. */
bool cm_query_given(const struct cm_query *query, const char *name);
/* The value given, or the fallback; NULL or 0 where there is neither.  Borrowed from the query. */
const char *cm_query_text(const struct cm_query *query, const char *name);
int64_t cm_query_int(const struct cm_query *query, const char *name);
bool cm_query_flag(const struct cm_query *query, const char *name);
cm_us cm_query_time(const struct cm_query *query, const char *name);

/* The tenant that the request is bound to; NULL: none. */
const char *cm_query_tenant(const struct cm_query *query);
/* The instant at which the request came. */
cm_us cm_query_now(const struct cm_query *query);
/* The window asked for: start_time and end_time, else hours or days back from now; and the labels. */
struct cm_window cm_query_window(const struct cm_query *query);
/* Whether the client asked for any window at all. */
bool cm_query_has_window(const struct cm_query *query);

#endif
