/*
 * hourly: GET /metrics/hourly?hours=24
 *
 * Calls by the hour in which they started: exactly `hours` buckets, the last the current, partial one; with start_time and
 * end_time, the hours that the window touches.  A quiet hour is a row of zeros with null averages; failed counts timeouts
 * too.
 *
 *   200  {"timeseries":[{"hour":"..","total":5,..},..],"hours":24}
 *   400  hours is not a number, or outside 1..8784
 *   503  the call database is busy or cannot be read
 */
#include "config.h"

#include "endpoint.h"
#include "error.h"
#include "report.h"

static const struct cm_param params[] = {
	{ "hours", CM_INT, .fallback = "24", .min = 1, .max = CM_HOURS_MAX, .help = "how many hours back from now" },
	{ "days", CM_INT, .min = 1, .max = CM_HOURS_MAX / 24, .help = "how many days back from now" },
	CM_WINDOW_FILTERS,
	{ 0 },
};

static int
hourly(struct cm_store *store, const struct cm_query *query, struct cm_reply *reply)
{
	struct cm_window window = cm_query_window(query);
	struct cm_json *json = cm_reply_json(reply);
	int n;

	n = cm_report_hours(store, &window, !cm_query_given(query, "start_time"), json, "timeseries");
	if (n == CM_EPARAM)
		return cm_reply_refuse(reply, "start_time", "The window holds more than 8784 hours.");
	cm_json_int(json, "hours", n);
	return n < 0 ? n : 0;
}

const struct cm_endpoint cm_endpoint = {
	.name = "hourly", .path = "/metrics/hourly", .summary = "Calls by the hour.",
	.params = params, .handle = hourly, .max_age_s = 15,
};
