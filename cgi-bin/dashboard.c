/*
 * dashboard: GET /metrics/dashboard?hours=24
 *
 * A window of calls against the window of the same length before it: counts, success, durations, latencies, and calls by the
 * hour.  A delta is the change in per cent; averages and percentiles are of completed calls.
 *
 *   200  {"generated_at":"..","period":{..},"summary":{..},"breakdown":{..},"duration":{..},"transcript":{..},
 *         "timeseries":{"hourly":[..]},"latency":{..}}
 *   503  the call database is busy or cannot be read
 */
#include "config.h"

#include "endpoint.h"
#include "error.h"
#include "report.h"

static const struct cm_param params[] = {
	{ "hours", CM_INT, .fallback = "24", .min = 1, .max = CM_HOURS_MAX, .help = "window: so many hours back from now" },
	{ "days", CM_INT, .min = 1, .max = CM_HOURS_MAX / 24, .help = "window: so many days back from now" },
	CM_WINDOW_FILTERS,
	{ 0 },
};

static void
period(struct cm_json *json, const struct cm_query *query, const struct cm_window *window)
{
	cm_json_time(json, "generated_at", cm_query_now(query));
	cm_json_object(json, "period");
	cm_json_time(json, "start", window->from);
	cm_json_time(json, "end", window->to);
	cm_json_end(json);
}

static void
summary(struct cm_json *json, const struct cm_tally *now, const struct cm_tally *before, int64_t active)
{
	cm_json_object(json, "summary");
	cm_json_int(json, "total_calls", now->total);
	cm_json_change(json, "total_calls_delta", (struct cm_ratio){ now->total, 1 }, (struct cm_ratio){ before->total, 1 });
	cm_json_ratio(json, "success_rate", cm_tally_success_pct(now), 1);
	cm_json_change(json, "success_rate_delta", cm_tally_success_pct(now), cm_tally_success_pct(before));
	cm_json_ratio(json, "avg_duration", cm_tally_mean_s(now), 1);
	cm_json_change(json, "avg_duration_delta", cm_tally_mean_s(now), cm_tally_mean_s(before));
	cm_json_int(json, "active_now", active);
	cm_json_end(json);
}

static void
counts(struct cm_json *json, const char *key, const char *const *names, const int64_t *values, int n)
{
	int i;

	cm_json_object(json, key);
	for (i = 0; i < n; i++)
		cm_json_int(json, names[i], values[i]);
	cm_json_end(json);
}

/* Reasons that occur; the others would be noise. */
static void
reasons(struct cm_json *json, const struct cm_tally *tally)
{
	int i;

	cm_json_object(json, "failure_reasons");
	for (i = 0; i < CM_REASONS; i++)
		if (tally->by_reason[i] != 0)
			cm_json_int(json, cm_reason_names[i], tally->by_reason[i]);
	cm_json_end(json);
}

static void
breakdown(struct cm_json *json, const struct cm_tally *tally)
{
	static const char *const statuses[] = { "completed", "failed", "timeout", "cancelled", "active" };
	const int64_t by_status[] = { tally->by_status[CM_COMPLETED], tally->by_status[CM_FAILED],
		tally->by_status[CM_TIMEOUT], tally->by_status[CM_CANCELLED], tally->by_status[CM_ACTIVE] };

	cm_json_object(json, "breakdown");
	counts(json, "by_status", statuses, by_status, (int)nitems(statuses));
	counts(json, "by_type", cm_direction_names, tally->by_direction, CM_DIRECTIONS);
	reasons(json, tally);
	cm_json_end(json);
}

static void
transcript(struct cm_json *json, const struct cm_tally *tally)
{
	cm_json_object(json, "transcript");
	cm_json_int(json, "calls_with_transcript", tally->with_transcript);
	cm_json_ratio(json, "transcript_rate", cm_tally_transcript_pct(tally), 1);
	cm_json_end(json);
}

static int
timeseries(struct cm_store *store, const struct cm_query *query, const struct cm_window *window, struct cm_json *json)
{
	int rc;

	cm_json_object(json, "timeseries");
	rc = cm_report_hours(store, window, !cm_query_given(query, "start_time"), json, "hourly");
	cm_json_end(json);
	return rc;
}

static void
latency(struct cm_json *json, const struct cm_guide_values *values)
{
	cm_json_object(json, "latency");
	cm_report_guide_latencies(json, values, 1);
	cm_json_end(json);
}

static int
dashboard(struct cm_store *store, const struct cm_query *query, struct cm_reply *reply)
{
	struct cm_window window = cm_query_window(query);
	const cm_us edges[] = { 2 * window.from - window.to, window.from, window.to };
	struct cm_json *json = cm_reply_json(reply);
	struct cm_guide_values values;
	struct cm_tally tallies[2];
	const struct cm_tally *then = &tallies[0], *now = &tallies[1];
	int64_t active, stale;
	int rc;

	if (window.to - window.from > CM_HOURS_MAX * CM_HOUR_US)
		return cm_reply_refuse(reply, "start_time", "The dashboard shows at most 366 days.");
	if ((rc = cm_tally_buckets(store, &window.filter, edges, nitems(edges) - 1, tallies)) < 0 ||
	    (rc = cm_active_calls(store, &window.filter, 0, &active, &stale)) < 0 ||
	    (rc = cm_report_read_guide(store, &window, &values)) < 0)
		return rc;
	period(json, query, &window);
	summary(json, now, then, active);
	breakdown(json, now);
	cm_report_durations(json, "duration", &values.calls);
	transcript(json, now);
	if ((rc = timeseries(store, query, &window, json)) < 0)
		return rc;
	latency(json, &values);
	return 0;
}

const struct cm_endpoint cm_endpoint = {
	.name = "dashboard", .path = "/metrics/dashboard", .summary = "Everything at a glance, against the period before.",
	.params = params, .handle = dashboard, .max_age_s = 10,
};
