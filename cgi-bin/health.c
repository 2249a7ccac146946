/*
 * health: GET /metrics/health, and GET /healthz for probes without a login
 *
 * How the last hour went, and what deserves a look.  Degraded, with status 503, when fewer than 80 % of the calls that ended
 * were completed, or when the call database cannot be read; warnings alone leave the status 200.  The thresholds are
 * CALLMETRICS_MIN_SUCCESS_PCT, CALLMETRICS_MAX_ACTIVE, CALLMETRICS_ZOMBIE_SECONDS and CALLMETRICS_MAX_FAILURES.
 *
 * Another window than the last hour is told as "period", and its calls are "calls" instead of "calls_last_hour".
 *
 *   200  {"status":"healthy","timestamp":"..","indicators":{..},"warnings":[],"jobs":[{"name":"follow","state":"works",..}]}
 *   503  the same with "degraded"
 *   /healthz answers "ok" or "unavailable": whether the call database can be read
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "endpoint.h"
#include "jobs_report.h"
#include "report.h"
#include "settings.h"

static const struct cm_param params[] = {
	{ "hours", CM_INT, .fallback = "1", .min = 1, .max = CM_WINDOW_MAX_HOURS, .help = "window: so many hours back from now" },
	CM_WINDOW_FILTERS,
	{ 0 },
};

static bool
is_probe(const struct cm_reply *reply)
{
	return strcmp(cm_reply_path(reply), "/healthz") == 0;
}

static void
answer_probe(struct cm_reply *reply, bool well)
{
	cm_reply_status(reply, well ? 200 : 503);
	cm_reply_type(reply, "text/plain; charset=utf-8");
	cm_reply_print(reply, well ? "ok\n" : "unavailable\n");
}

/* Whether what is asked for is the last hour, as where nothing is said. */
static bool
is_last_hour(const struct cm_query *query)
{
	struct cm_window window = cm_query_window(query);

	return window.to == cm_query_now(query) && window.to - window.from == CM_HOUR_US;
}

/* The start of an answer; of another window than the last hour it says which. */
static void
begin(struct cm_json *json, const struct cm_query *query, bool well)
{
	struct cm_window window = cm_query_window(query);

	cm_json_text(json, "status", well ? "healthy" : "degraded");
	cm_json_time(json, "timestamp", cm_query_now(query));
	if (is_last_hour(query))
		return;
	cm_json_object(json, "period");
	cm_json_time(json, "start", window.from);
	cm_json_time(json, "end", window.to);
	cm_json_end(json);
}

static void
warn(struct cm_json *json, const char *format, int64_t number)
{
	char text[256];

	snprintf(text, sizeof text, "%" PRId64 " %s", number, format);
	cm_json_text(json, NULL, text);
}

static void
indicators(struct cm_json *json, const struct cm_query *query, const struct cm_tally *tally, int64_t active)
{
	cm_json_object(json, "indicators");
	cm_json_int(json, is_last_hour(query) ? "calls_last_hour" : "calls", tally->total);
	cm_json_ratio(json, "success_rate", cm_tally_success_pct(tally), 1);
	cm_json_int(json, "active_calls", active);
	cm_json_ratio(json, "avg_duration", cm_tally_mean_s(tally), 1);
	cm_json_end(json);
}

/* The last warnings; and the jobs, for whoever may see all. */
static int
finish(struct cm_store *store, const struct cm_query *query, struct cm_json *json)
{
	struct cm_jobs jobs;
	int rc = cm_jobs_read(store, &jobs);

	cm_jobs_warn(&jobs, json);
	cm_json_end(json);
	if (cm_query_tenant(query) == NULL)
		cm_jobs_report(&jobs, json);
	cm_jobs_done(&jobs);
	return rc;
}

static int
health(struct cm_store *store, const struct cm_query *query, struct cm_reply *reply)
{
	int64_t min_pct = cm_setting_int("CALLMETRICS_MIN_SUCCESS_PCT", 80, 0, 100);
	int64_t zombie_s = cm_setting_int("CALLMETRICS_ZOMBIE_SECONDS", CM_HOUR_S, 1, INT32_MAX);
	struct cm_window window = cm_query_window(query);
	struct cm_json *json = cm_reply_json(reply);
	struct cm_tally tally;
	int64_t active, zombies, failures;
	bool well;
	int rc;

	if (is_probe(reply)) {
		answer_probe(reply, true);
		return 0;
	}
	if ((rc = cm_tally(store, &window, &tally)) < 0 ||
	    (rc = cm_active_calls(store, &window.filter, cm_query_now(query) - zombie_s * CM_SECOND_US, &active, &zombies)) < 0)
		return rc;
	well = cm_tally_ended(&tally) == 0 || tally.by_status[CM_COMPLETED] * 100 >= min_pct * cm_tally_ended(&tally);
	failures = tally.by_status[CM_FAILED] + tally.by_status[CM_TIMEOUT];
	cm_reply_status(reply, well ? 200 : 503);
	begin(json, query, well);
	indicators(json, query, &tally, active);
	cm_json_array(json, "warnings");
	if (!well)
		warn(json, "% of calls are to complete at least, but fewer did (see /metrics/failures)", min_pct);
	if (active > cm_setting_int("CALLMETRICS_MAX_ACTIVE", 10, 0, INT32_MAX))
		warn(json, "calls are active", active);
	if (zombies > 0)
		warn(json, "active calls started too long ago (zombies)", zombies);
	if (failures > cm_setting_int("CALLMETRICS_MAX_FAILURES", 3, 0, INT32_MAX))
		warn(json, "calls failed (see /metrics/failures)", failures);
	/* Whose rows they are that are not understood is not known. */
	rc = window.filter.tenant_id == NULL ? cm_report_gaps(store, json) : 0;
	if (rc == 0)
		rc = finish(store, query, json);
	return rc;
}

static void
without_store(const char *problem, const struct cm_query *query, struct cm_reply *reply)
{
	struct cm_json *json = cm_reply_json(reply);
	const struct cm_tally nothing = { 0 };

	if (is_probe(reply)) {
		answer_probe(reply, false);
		return;
	}
	cm_reply_status(reply, 503);
	begin(json, query, false);
	indicators(json, query, &nothing, 0);
	cm_json_array(json, "warnings");
	cm_json_text(json, NULL, problem);
	cm_json_end(json);
}

const struct cm_endpoint cm_endpoint = {
	.name = "health", .path = "/metrics/health", .also = "/healthz", .summary = "Whether calls go well right now.",
	.params = params, .handle = health, .without_store = without_store, .max_age_s = 1, .never_stale = true,
};
