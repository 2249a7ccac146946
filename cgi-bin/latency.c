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
	    .choices = "turn_e2e stt llm_ttft tts_ttfb tool network session" },
	{ "interval", CM_INTERVAL, .min = 1, .max = 31 * CM_DAY_S, .help = "adds a timeseries of spans this long" },
	CM_WINDOW_FILTERS,
	{ 0 },
};

static bool
is_asked(const struct cm_component *component, const char *asked)
{
	return asked == NULL || strcmp(asked, component->name) == 0;
}

/* Into values, at the places of the components that are asked for. */
static int
components(struct cm_store *store, const struct cm_window *window, const char *asked, struct cm_durations *values)
{
	const char *kinds[CM_COMPONENTS];
	struct cm_durations read[CM_COMPONENTS];
	size_t i, count = 0;
	int rc;

	for (i = 0; i < CM_COMPONENTS; i++)
		if (is_asked(&cm_components[i], asked))
			kinds[count++] = cm_components[i].name;
	if ((rc = cm_durations(store, window, kinds, count, read)) < 0)
		return rc;
	for (i = 0, count = 0; i < CM_COMPONENTS; i++)
		if (is_asked(&cm_components[i], asked))
			values[i] = read[count++];
	return 0;
}

static void
report(struct cm_json *json, const char *asked, const struct cm_durations *values)
{
	size_t i;

	for (i = 0; i < CM_COMPONENTS; i++)
		if (cm_components[i].guide != NULL && is_asked(&cm_components[i], asked))
			cm_report_latency(json, cm_components[i].guide_key, &values[i], PLACES);
	cm_json_object(json, "components");
	for (i = 0; i < CM_COMPONENTS; i++)
		if (is_asked(&cm_components[i], asked))
			cm_report_latency(json, cm_components[i].name, &values[i], PLACES);
	cm_json_end(json);
}

/* Spans lie on multiples of the interval; the first and last may be partial. */
static int
timeseries(struct cm_store *store, const struct cm_window *window, const char *asked, cm_us interval_us, struct cm_json *json)
{
	struct cm_window span = *window;
	struct cm_durations values[CM_COMPONENTS];
	size_t i;
	int rc;

	cm_json_array(json, "timeseries");
	for (span.from = window->from; span.from < window->to; span.from = span.to) {
		span.to = cm_time_floor(span.from, interval_us) + interval_us;
		if (span.to > window->to)
			span.to = window->to;
		if ((rc = components(store, &span, asked, values)) < 0)
			return rc;
		cm_json_object(json, NULL);
		cm_json_time(json, "start", span.from);
		for (i = 0; i < CM_COMPONENTS; i++)
			if (is_asked(&cm_components[i], asked))
				cm_report_latency(json, cm_components[i].name, &values[i], PLACES);
		cm_json_end(json);
	}
	cm_json_end(json);
	return 0;
}

static int
latency(struct cm_store *store, const struct cm_query *query, struct cm_reply *reply)
{
	struct cm_window window = cm_query_window(query);
	const char *asked = cm_query_text(query, "component");
	cm_us interval_us = cm_query_int(query, "interval") * CM_SECOND_US;
	struct cm_json *json = cm_reply_json(reply);
	struct cm_durations values[CM_COMPONENTS];
	int rc;

	if (interval_us != 0 && (window.to - window.from) / interval_us > SPANS_MAX)
		return cm_reply_refuse(reply, "interval", "The interval cuts the window into more than 1000 spans.");
	if ((rc = components(store, &window, asked, values)) < 0)
		return rc;
	cm_json_ratio(json, "period_hours", (struct cm_ratio){ window.to - window.from, CM_HOUR_US }, 0);
	report(json, asked, values);
	return interval_us != 0 ? timeseries(store, &window, asked, interval_us, json) : 0;
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
