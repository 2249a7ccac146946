/*
 * latency: GET /metrics/latency?hours=24&component=&interval=
 *
 * Count, average, extremes and exact percentiles of the timed steps of turns, in milliseconds: under the guide's three names
 * and per component.  `component` asks for one alone; `interval` (5m, 1h, 1d ..) adds the same for each span of time.
 *
 * POST /metrics/latency {call_id, event_type, duration_ms, metadata} stores one such step.
 *
 *   200  {"period_hours":24,"speech_end_to_first_audio_ms":{"count":6683,"p95":900.1,..},..,"components":{"turn_e2e":{..},..},
 *         "timeseries":[{"start":"..","turn_e2e":{..}},..]}
 *   201  {"status":"recorded","call_id":"..","event_type":"tool_call_duration","duration_ms":812.5}
 *   400  no such component; an interval that cuts the window into more than 1000 spans; a field that is wrong
 *   503  the call database is busy or cannot be read
 */
#include "config.h"

#include <string.h>

#include "endpoint.h"
#include "error.h"
#include "single_step.h"
#include "report.h"

enum { SPANS_MAX = 1000, PLACES = 3 };

static const struct cm_param params[] = {
	{ "hours", CM_INT, .fallback = "24", .min = 1, .max = CM_WINDOW_MAX_HOURS, .help = "window: so many hours back from now" },
	{ "component", CM_CHOICE, .help = "one component alone",
	    .choices = cm_step_names, .synonyms = cm_step_synonyms },
	{ "interval", CM_INTERVAL, .min = 1, .max = 31 * CM_DAY_S, .help = "adds a timeseries of spans this long" },
	CM_WINDOW_FILTERS,
	{ 0 },
};

/* The kinds of steps that are asked for. */
struct asked {
	const struct cm_kind *kinds[CM_KINDS_MAX];
	size_t count;
};

static struct asked
asked_for(const char *component)
{
	struct asked asked = { 0 };
	int i;

	for (i = 0; i < cm_kind_count; i++)
		if (cm_kinds[i].of == CM_OF_STEP && (component == NULL || strcmp(component, cm_kinds[i].name) == 0))
			asked.kinds[asked.count++] = &cm_kinds[i];
	return asked;
}

static void
report(struct cm_json *json, const struct asked *asked, const struct cm_durations *values)
{
	size_t i;

	for (i = 0; i < asked->count; i++)
		if (asked->kinds[i]->guide != NULL)
			cm_report_latency(json, asked->kinds[i]->guide_key, &values[i], PLACES);
	cm_json_object(json, "components");
	for (i = 0; i < asked->count; i++)
		cm_report_latency(json, asked->kinds[i]->name, &values[i], PLACES);
	cm_json_end(json);
}

/* Spans lie on multiples of the interval; the first and last may be partial.  How many they are. */
static size_t
cut_spans(const struct cm_window *window, cm_us interval_us, cm_us edges[SPANS_MAX + 2])
{
	size_t n = 0;

	for (edges[0] = window->from; edges[n] < window->to; n++) {
		edges[n + 1] = cm_time_floor(edges[n], interval_us) + interval_us;
		if (edges[n + 1] > window->to)
			edges[n + 1] = window->to;
	}
	return n;
}

static int
timeseries(struct cm_store *store, const struct cm_window *window, const struct asked *asked, cm_us interval_us, struct cm_json *json)
{
	cm_us edges[SPANS_MAX + 2];
	const struct cm_latency_series series = { .kinds = asked->kinds, .count = asked->count, .edges = edges,
		.n = cut_spans(window, interval_us, edges), .places = PLACES };

	return cm_report_latency_series(store, &window->filter, &series, json, "timeseries");
}

static int
latency(struct cm_store *store, const struct cm_query *query, struct cm_reply *reply)
{
	struct cm_window window = cm_query_window(query);
	const struct asked asked = asked_for(cm_query_text(query, "component"));
	cm_us interval_us = cm_query_int(query, "interval") * CM_SECOND_US;
	struct cm_json *json = cm_reply_json(reply);
	struct cm_durations values[CM_KINDS_MAX];
	int rc;

	if (interval_us != 0 && (window.to - window.from) / interval_us > SPANS_MAX)
		return cm_reply_refuse(reply, "interval", "The interval cuts the window into more than 1000 spans.");
	if ((rc = cm_durations(store, &window, asked.kinds, asked.count, values)) < 0)
		return rc;
	cm_json_ratio(json, "period_hours", (struct cm_ratio){ window.to - window.from, CM_HOUR_US }, 0);
	report(json, &asked, values);
	return interval_us != 0 ? timeseries(store, &window, &asked, interval_us, json) : 0;
}

static int
record(const struct cm_query *query, const struct cm_body *body, struct cm_reply *reply)
{
	const struct cm_event_source source = { .bytes = body->bytes, .length = body->length,
		.tenant = cm_query_tenant(query), .now = cm_query_now(query) };
	struct cm_json *json = cm_reply_json(reply);
	struct cm_single_step measure;
	int rc;

	rc = cm_single_step_read(&source, &measure, cm_reply_problem(reply));
	if (rc == 0 && (rc = cm_reply_commit(reply, NULL, cm_single_step_store, &measure)) == CM_EPARAM)
		cm_reply_refuse(reply, "call_id", measure.event.detail);
	if (rc == 0) {
		cm_single_step_log(&measure, cm_reply_variable(reply, "CALLMETRICS_KEY_ID"));
		cm_reply_status(reply, 201);
		cm_json_text(json, "status", "recorded");
		cm_json_text(json, "call_id", measure.event.call_id);
		cm_json_text(json, "event_type", measure.event.component);
		cm_json_milliseconds(json, "duration_ms", measure.event.latency_us);
	}
	cm_single_step_done(&measure);
	return rc;
}

const struct cm_endpoint cm_endpoint = {
	.name = "latency", .path = "/metrics/latency", .summary = "How long callers and components wait: exact percentiles.",
	.params = params, .handle = latency, .max_age_s = 10, .take = record, .takes = "application/json",
	.body_help = "{call_id, event_type, duration_ms, metadata}: one timed step.",
};
