/*
 * daily: GET /metrics/daily?days=30&tz=UTC
 *
 * Calls by the local date on which they started: exactly `days` buckets, the last the current, partial one; with start_time
 * and end_time, the days that the window touches.  A day runs from midnight to midnight of `tz`, so it has 23 or 25 hours
 * where the clocks change.
 *
 *   200  {"timeseries":[{"date":"2026-02-05","total":45,..,"success_rate":95.6},..],"days":30}
 *   400  days is not a number, or outside 1..3660; no such time zone
 *   503  the call database is busy or cannot be read
 */
#include "config.h"

#include "endpoint.h"
#include "error.h"
#include "report.h"
#include "zone.h"

static const struct cm_param params[] = {
	{ "days", CM_INT, .fallback = "30", .min = 1, .max = CM_WINDOW_MAX_DAYS, .help = "how many days back from today" },
	{ "tz", CM_ZONE, .fallback = "UTC", .help = "the time zone of the days' edges" },
	CM_WINDOW_FILTERS,
	{ 0 },
};

enum { EDGES_MAX = CM_WINDOW_MAX_DAYS + 3 };

/* Whether the days are those that a window touches, rather than so many. */
static bool
is_window(const struct cm_query *query)
{
	return cm_query_given(query, "start_time") || cm_query_given(query, "hours");
}

/* The local day on which the series begins. */
static struct cm_date
first_day(const struct cm_zone *zone, const struct cm_query *query, const struct cm_window *window)
{
	struct cm_date date;

	if (is_window(query))
		return cm_zone_date(zone, window->from);
	date = cm_zone_date(zone, window->to - 1);
	date.day -= (int)cm_query_int(query, "days") - 1;
	return date;
}

/* The edges of the days from a date on that the window touches; how many.  A local day that the clocks of a zone left out, as that of
 * Samoa in 2011, is none. */
static int
day_edges(const struct cm_zone *zone, struct cm_date date, const struct cm_window *window, cm_us edges[EDGES_MAX])
{
	int n = 0;

	edges[0] = cm_zone_day_start(zone, date);
	while (edges[n] < window->to && n < EDGES_MAX - 1) {
		date.day++;
		edges[n + 1] = cm_zone_day_start(zone, date);
		n += edges[n + 1] > edges[n];
	}
	edges[n] = window->to;
	return n;
}

static int
daily(struct cm_store *store, const struct cm_query *query, struct cm_reply *reply)
{
	struct cm_zone *zone = cm_zone_open(cm_query_text(query, "tz"));
	struct cm_window window = cm_query_window(query);
	int n, rc, wanted = (int)cm_query_int(query, "days");
	cm_us edges[EDGES_MAX];
	struct cm_date date;

	if (zone == NULL)
		return CM_ENOMEM;
	date = first_day(zone, query, &window);
	n = day_edges(zone, date, &window, edges);
	if (!is_window(query) && n < wanted) {
		date.day -= wanted - n;
		n = day_edges(zone, date, &window, edges);
	}
	if (cm_query_given(query, "start_time"))
		edges[0] = window.from;
	rc = cm_report_series(store, &window.filter, edges, (size_t)n, zone, cm_reply_json(reply), "timeseries");
	cm_json_int(cm_reply_json(reply), "days", n);
	cm_zone_close(zone);
	return rc;
}

const struct cm_endpoint cm_endpoint = {
	.name = "daily", .path = "/metrics/daily", .summary = "Calls by the day, in any time zone.",
	.params = params, .handle = daily, .max_age_s = 60,
};
