/* report: tallies and values as JSON; see report.h. */
#include "config.h"

#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "meta.h"
#include "zone.h"

/* Average, extremes and percentiles, in units of so many microseconds; null where there is no value. */
static void
figures(struct cm_json *json, const struct cm_durations *values, int64_t unit_us, int places)
{
	int64_t unit = values->count == 0 ? 0 : unit_us;

	cm_json_ratio(json, "avg", (struct cm_ratio){ values->sum_us, values->count * unit }, places);
	cm_json_ratio(json, "min", (struct cm_ratio){ values->min_us, unit }, places);
	cm_json_ratio(json, "max", (struct cm_ratio){ values->max_us, unit }, places);
	cm_json_ratio(json, "p50", (struct cm_ratio){ values->quantile_us[0], unit }, places);
	cm_json_ratio(json, "p95", (struct cm_ratio){ values->quantile_us[1], unit }, places);
	cm_json_ratio(json, "p99", (struct cm_ratio){ values->quantile_us[2], unit }, places);
}

static void
inexactness(struct cm_json *json, const struct cm_durations *values)
{
	if (values->exact)
		return;
	cm_json_bool(json, "exact", false);
	cm_json_decimal(json, "error_pct", values->error_pct, 2);
}

void
cm_report_latency(struct cm_json *json, const char *key, const struct cm_durations *values, int places)
{
	cm_json_object(json, key);
	cm_json_int(json, "count", values->count);
	figures(json, values, CM_SECOND_US / 1000, places);
	inexactness(json, values);
	cm_json_end(json);
}

int
cm_report_latency_series(struct cm_store *store, const struct cm_filter *filter, const struct cm_latency_series *series,
    struct cm_json *json, const char *key)
{
	struct cm_durations *values = calloc(series->count * series->n + 1, sizeof *values);
	size_t i, b;
	int rc = CM_ENOMEM;

	if (values == NULL ||
	    (rc = cm_durations_buckets(store, filter, series->kinds, series->count, series->edges, series->n, values)) < 0)
		goto out;
	cm_json_array(json, key);
	for (b = 0; b < series->n; b++) {
		cm_json_object(json, NULL);
		cm_json_time(json, "start", series->edges[b]);
		for (i = 0; i < series->count; i++)
			cm_report_latency(json, series->kinds[i]->name, &values[i * series->n + b], series->places);
		cm_json_end(json);
	}
	cm_json_end(json);
out:
	free(values);
	return rc;
}

int
cm_report_read_guide(struct cm_store *store, const struct cm_window *window, struct cm_guide_values *out)
{
	const struct cm_kind *kinds[CM_KINDS_MAX] = { &cm_kinds[CM_KIND_CALL] };
	struct cm_durations values[CM_KINDS_MAX];
	size_t i, count = 1;
	int k, rc;

	for (k = 0; k < cm_kind_count; k++)
		if (cm_kinds[k].guide != NULL)
			kinds[count++] = &cm_kinds[k];
	if ((rc = cm_durations(store, window, kinds, count, values)) < 0)
		return rc;
	out->calls = values[0];
	for (i = 1; i < count; i++)
		out->latencies[kinds[i]->number] = values[i];
	return 0;
}

void
cm_report_guide_latencies(struct cm_json *json, const struct cm_guide_values *values, int places)
{
	int k;

	for (k = 0; k < cm_kind_count; k++)
		if (cm_kinds[k].guide != NULL)
			cm_report_latency(json, cm_kinds[k].guide_key, &values->latencies[k], places);
}

static void
report_bucket(struct cm_json *json, const struct cm_zone *zone, cm_us start, const struct cm_tally *tally, int64_t p95_us)
{
	char label[CM_TIME_TEXT];
	struct cm_date date;

	if (zone != NULL) {
		date = cm_zone_date(zone, start);
		snprintf(label, sizeof label, "%04d-%02d-%02d", date.year, date.month, date.day);
	} else {
		cm_time_text_s(start, label);
	}
	cm_json_object(json, NULL);
	cm_json_text(json, zone != NULL ? "date" : "hour", label);
	cm_json_int(json, "total", tally->total);
	cm_json_int(json, "completed", tally->by_status[CM_COMPLETED]);
	cm_json_int(json, "failed", tally->by_status[CM_FAILED] + tally->by_status[CM_TIMEOUT]);
	cm_json_int(json, "cancelled", tally->by_status[CM_CANCELLED]);
	cm_json_int(json, "active", tally->by_status[CM_ACTIVE]);
	cm_json_ratio(json, "avg_duration", cm_tally_mean_s(tally), 1);
	cm_json_ratio(json, "p95_duration", (struct cm_ratio){ p95_us, p95_us < 0 ? 0 : CM_SECOND_US }, 1);
	if (zone != NULL)
		cm_json_ratio(json, "success_rate", cm_tally_success_pct(tally), 1);
	cm_json_end(json);
}

int
cm_report_series(struct cm_store *store, const struct cm_filter *filter, const cm_us *edges, size_t n,
    const struct cm_zone *zone, struct cm_json *json, const char *key)
{
	struct cm_tally *tallies = calloc(n, sizeof *tallies);
	int64_t *p95_us = calloc(n, sizeof *p95_us);
	size_t i;
	int rc = CM_ENOMEM;

	if (tallies == NULL || p95_us == NULL)
		goto out;
	if ((rc = cm_tally_buckets(store, filter, edges, n, tallies)) < 0)
		goto out;
	if ((rc = cm_quantile_buckets(store, filter, &cm_kinds[CM_KIND_CALL], 950, edges, n, p95_us)) < 0)
		goto out;
	cm_json_array(json, key);
	for (i = 0; i < n; i++)
		report_bucket(json, zone, edges[i], &tallies[i], p95_us[i]);
	cm_json_end(json);
out:
	free(tallies);
	free(p95_us);
	return rc;
}

void
cm_report_call(struct cm_json *json, const struct cm_call *call)
{
	cm_json_object(json, NULL);
	cm_json_text(json, "call_id", call->call_id);
	cm_json_text(json, "call_type", call->call_type);
	cm_json_text(json, "caller_number", call->caller_number);
	cm_json_text(json, "callee_number", call->callee_number);
	cm_json_time(json, "started_at", call->started_us);
	if (call->ended)
		cm_json_time(json, "ended_at", call->ended_us);
	else
		cm_json_null(json, "ended_at");
	if (call->timed)
		cm_json_seconds(json, "duration_seconds", call->duration_us);
	else
		cm_json_null(json, "duration_seconds");
	cm_json_text(json, "status", call->status);
	cm_json_text(json, "failure_reason", call->failure_reason);
	cm_json_raw(json, "metadata", call->metadata);
	cm_json_end(json);
}

/* Edges of hours into edges[CM_HOURS_MAX + 1]; their number less one, or CM_EPARAM. */
static int
hour_edges(const struct cm_window *window, bool whole_hours, cm_us *edges)
{
	int n;

	edges[0] = cm_time_floor(window->from, CM_HOUR_US);
	if (whole_hours && window->from % CM_HOUR_US != 0)
		edges[0] += CM_HOUR_US;
	for (n = 0; edges[n] < window->to; n++) {
		if (n == CM_HOURS_MAX)
			return CM_EPARAM;
		edges[n + 1] = edges[n] + CM_HOUR_US < window->to ? edges[n] + CM_HOUR_US : window->to;
	}
	if (!whole_hours)
		edges[0] = window->from;
	return n;
}

int
cm_report_hours(struct cm_store *store, const struct cm_window *window, bool whole_hours, struct cm_json *json, const char *key)
{
	cm_us *edges = calloc(CM_HOURS_MAX + 1, sizeof *edges);
	int n, rc;

	if (edges == NULL)
		return CM_ENOMEM;
	n = hour_edges(window, whole_hours, edges);
	rc = n < 0 ? n : cm_report_series(store, &window->filter, edges, (size_t)n, NULL, json, key);
	free(edges);
	return rc < 0 ? rc : n;
}

void
cm_report_durations(struct cm_json *json, const char *key, const struct cm_durations *values)
{
	cm_json_object(json, key);
	figures(json, values, CM_SECOND_US, 1);
	cm_json_ratio(json, "total_seconds", (struct cm_ratio){ values->sum_us, CM_SECOND_US }, 1);
	inexactness(json, values);
	cm_json_end(json);
}

static int
report_skipped(struct cm_store *store, struct cm_json *json)
{
	struct cm_rows *rows;
	char text[256];
	int rc;

	if ((rc = cm_store_query(store, "skipped", NULL, &rows)) < 0)
		return rc;
	while ((rc = cm_rows_next(rows)) > 0) {
		long long count = cm_rows_int(rows, 2);

		if (strcmp(cm_rows_text(rows, 0), "labels") == 0)
			snprintf(text, sizeof text, "%lld %s more combinations of labels than CALLMETRICS_LABELS_MOST; further "
			    "ones count as other (see cm_skipped)", count, count == 1 ? "tenant has" : "tenants have");
		else
			snprintf(text, sizeof text, "%lld rows of %s were skipped: %s makes no sense (see cm_skipped)", count,
			    cm_rows_text(rows, 0), cm_rows_text(rows, 1));
		cm_json_text(json, NULL, text);
	}
	cm_rows_done(rows);
	return rc;
}

#define FUTURE_US (10 * 60 * CM_SECOND_US)	/* clocks differ */

/* What of a voice app is not followed. */
static int
report_trouble(struct cm_store *store, struct cm_json *json)
{
	char text[1024] = "";
	int rc = cm_meta_text(store, "follow_trouble", text, sizeof text);

	if (rc == 0 && text[0] != '\0')
		cm_json_text(json, NULL, text);
	return rc;
}

/* Times without an offset of a zone east of here. */
static int
report_future(struct cm_store *store, struct cm_json *json)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("after", cm_now_us() + FUTURE_US), { 0 } };
	char text[256];
	int64_t count;
	int rc = cm_store_number(store, "future-calls", binds, &count);

	if (rc < 0 || count == 0)
		return rc;
	snprintf(text, sizeof text, "%lld %s in the future: times without an offset are read as UTC unless attach --tz ZONE says "
	    "otherwise", (long long)count, count == 1 ? "call begins" : "calls begin");
	cm_json_text(json, NULL, text);
	return 0;
}

int
cm_report_gaps(struct cm_store *store, struct cm_json *json)
{
	int rc = report_skipped(store, json);

	if (rc < 0 || (rc = report_trouble(store, json)) < 0)
		return rc;
	return report_future(store, json);
}

bool
cm_page_add(struct cm_page *page, cm_us at, const char *id, const char *tenant_id)
{
	if (page->count == page->limit) {
		page->more = true;
		return false;
	}
	page->count++;
	page->last.at = at;
	snprintf(page->last.id, sizeof page->last.id, "%s", id);
	snprintf(page->last.tenant_id, sizeof page->last.tenant_id, "%s", tenant_id);
	return true;
}

void
cm_report_page(struct cm_json *json, const struct cm_page *page)
{
	char cursor[CM_PLACE_TEXT];

	cm_json_int(json, "count", page->count);
	cm_json_text(json, "next_cursor", page->more ? cm_place_text(&page->last, cursor) : NULL);
}
