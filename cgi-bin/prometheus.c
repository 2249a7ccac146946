/*
 * prometheus: GET /metrics/prometheus, also /metrics
 *
 * What Prometheus scrapes.  Counters and the _sum and _count of summaries are of all time and never fall; gauges and
 * quantiles are of the last 24 hours, NaN without data.  A call counts as what it is a minute after it ended, in voice_calls_total
 * of all or of a tenant as soon as it is told of (docs/counters.md).  No label carries a call, a person or a number.  Of several
 * hosts over one database each says the same but for callmetrics_build_info, which says which of them answers.
 *
 *   200  text format 0.0.4, or OpenMetrics 1.0 when the Accept header asks for it
 *   503  the call database is busy or cannot be read
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "endpoint.h"
#include "error.h"
#include "exposition.h"
#include "jobs_report.h"
#include "report.h"
#include "settings.h"

static const struct cm_param params[] = {
	{ "hours", CM_INT, .fallback = "24", .min = 1, .max = CM_WINDOW_MAX_HOURS,
	    .help = "window of the gauges and quantiles: so many hours back from now" },
	CM_WINDOW_FILTERS,
	{ 0 },
};

static const char *const quantile_labels[CM_QUANTILES] = { "quantile=\"0.5\"", "quantile=\"0.95\"", "quantile=\"0.99\"" };

/* Quantiles of the window, sum and count of all time, in units of unit_us microseconds. */
static void
summary(struct cm_exposition *out, const struct cm_durations *values, double unit_us, int64_t ever_count, int64_t ever_sum_us)
{
	int i;

	for (i = 0; i < CM_QUANTILES; i++)
		cm_exposition_sample(out, "", quantile_labels[i],
		    values->count == 0 ? NAN : (double)values->quantile_us[i] / unit_us);
	cm_exposition_sample(out, "_sum", "", (double)ever_sum_us / unit_us);
	cm_exposition_sample(out, "_count", "", (double)ever_count);
}

static void
by_label(struct cm_exposition *out, const char *label, const char *const *names, const int64_t *values, int n)
{
	char labels[64];
	int i;

	for (i = 0; i < n; i++) {
		snprintf(labels, sizeof labels, "%s=\"%s\"", label, names[i]);
		cm_exposition_sample(out, "", labels, (double)values[i]);
	}
}

static void
calls_ended(struct cm_exposition *out, const struct cm_tally *ever)
{
	char labels[64];
	int status, direction;

	cm_exposition_family(out, "voice_calls_ended", CM_COUNTER, "Calls that ended, by how and direction.");
	for (status = CM_COMPLETED; status < CM_STATUSES; status++)
		for (direction = 0; direction < CM_DIRECTIONS; direction++) {
			snprintf(labels, sizeof labels, "status=\"%s\",type=\"%s\"", cm_status_names[status],
			    cm_direction_names[direction]);
			cm_exposition_sample(out, "", labels, (double)ever->ended_by[status][direction]);
		}
}

static void
gauge(struct cm_exposition *out, const char *name, const char *help, double value)
{
	cm_exposition_family(out, name, CM_GAUGE, help);
	cm_exposition_sample(out, "", "", value);
}

static void
calls(struct cm_exposition *out, const struct cm_tally *now, const struct cm_tally *ever, int64_t active)
{
	cm_exposition_family(out, "voice_calls", CM_COUNTER, "Calls ever seen.");
	cm_exposition_sample(out, "", "", (double)ever->total);
	gauge(out, "voice_calls_success_rate", "Completed calls per hundred that ended, last 24 hours.",
	    cm_ratio_double(cm_tally_success_pct(now)));
	gauge(out, "voice_calls_active", "Calls that are active now.", (double)active);
	gauge(out, "voice_transcript_rate", "Calls with a transcript per hundred, last 24 hours.",
	    cm_ratio_double(cm_tally_transcript_pct(now)));
	cm_exposition_family(out, "voice_calls_by_status", CM_GAUGE, "Calls of the last 24 hours, by status.");
	by_label(out, "status", cm_status_names, now->by_status, CM_STATUSES);
	cm_exposition_family(out, "voice_calls_by_type", CM_GAUGE, "Calls of the last 24 hours, by direction.");
	by_label(out, "type", cm_direction_names, now->by_direction, CM_DIRECTIONS);
	calls_ended(out, ever);
	cm_exposition_family(out, "voice_call_failures", CM_COUNTER, "Calls that failed or timed out, by reason.");
	by_label(out, "reason", cm_reason_names, ever->by_reason, CM_REASONS);
}

static void
durations(struct cm_exposition *out, const struct cm_durations *values, const struct cm_tally *ever)
{
	cm_exposition_family(out, "voice_call_duration_seconds", CM_SUMMARY, "Duration of completed calls.");
	summary(out, values, 1e6, ever->timed, ever->duration_sum_us);
}

static int
latencies(struct cm_exposition *out, struct cm_store *store, const struct cm_filter *filter, const struct cm_durations *values)
{
	int64_t count, sum_us;
	int i, rc;

	for (i = 0; i < cm_kind_count; i++) {
		if (cm_kinds[i].guide == NULL)
			continue;
		if ((rc = cm_durations_ever(store, filter, &cm_kinds[i], &count, &sum_us)) < 0)
			return rc;
		cm_exposition_family(out, cm_kinds[i].family, CM_SUMMARY, cm_kinds[i].help);
		summary(out, &values[i], 1e3, count, sum_us);
	}
	return 0;
}

/* Which host answers: as CALLMETRICS_INSTANCE says, else its name; without what a label's value must not hold. */
static void
build_info(struct cm_exposition *out)
{
	const char *given = cm_setting("CALLMETRICS_INSTANCE");
	char instance[65] = "", labels[160], *c;

	if (given != NULL)
		snprintf(instance, sizeof instance, "%s", given);
	else
		gethostname(instance, sizeof instance - 1);
	for (c = instance; *c != '\0'; c++)
		if (strchr("\"\\\n", *c) != NULL)
			*c = '_';
	snprintf(labels, sizeof labels, "instance=\"%s\",version=\"%s\"", instance, PACKAGE_VERSION);
	cm_exposition_family(out, "callmetrics_build_info", CM_GAUGE, "The host that answers, and its version of callmetrics.");
	cm_exposition_sample(out, "", labels, 1);
}

/* The jobs that run for good, for whoever may see all. */
static int
jobs(struct cm_exposition *out, struct cm_store *store, const struct cm_query *query)
{
	struct cm_jobs all = { 0 };
	int rc = 0;

	if (cm_query_tenant(query) == NULL && (rc = cm_jobs_read(store, &all)) == 0)
		rc = cm_jobs_expose(&all, out);
	cm_jobs_done(&all);
	return rc;
}

static int
prometheus(struct cm_store *store, const struct cm_query *query, struct cm_reply *reply)
{
	struct cm_window window = cm_query_window(query);
	struct cm_guide_values values;
	struct cm_exposition out;
	struct cm_tally now, ever;
	int64_t active, stale;
	int rc;

	if ((rc = cm_tally(store, &window, &now)) < 0 || (rc = cm_tally_ever(store, &window.filter, &ever)) < 0 ||
	    (rc = cm_active_calls(store, &window.filter, 0, &active, &stale)) < 0 ||
	    (rc = cm_report_read_guide(store, &window, &values)) < 0)
		return rc;
	cm_exposition_begin(&out, reply);
	calls(&out, &now, &ever, active);
	durations(&out, &values.calls, &ever);
	if ((rc = latencies(&out, store, &window.filter, values.latencies)) < 0)
		return rc;
	if ((rc = jobs(&out, store, query)) < 0)
		return rc;
	build_info(&out);
	cm_exposition_end(&out);
	return 0;
}

const struct cm_endpoint cm_endpoint = {
	.name = "prometheus", .path = "/metrics/prometheus", .also = "/metrics", .summary = "What Prometheus scrapes.",
	.params = params, .handle = prometheus, .max_age_s = 5,
};
