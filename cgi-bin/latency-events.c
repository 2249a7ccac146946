/*
 * latency-events: GET /metrics/latency/events?call_id=&event_type=&limit=100
 *
 * Timed steps one by one, newest first, of all time unless a window is given.  event_type is one of the guide's three or a
 * component; next_cursor, sent back as `cursor`, continues the list.
 *
 *   200  {"events":[{"id":1,"call_id":"..","event_type":"tool_call_duration","component":"tool","duration_ms":12.5,
 *         "timestamp":"..","metadata":{..}},..],"count":100,"next_cursor":".."}
 *   400  an event_type that there is not; limit is not a number from 1 to 1000; the cursor is none of ours
 *   503  the call database is busy or cannot be read
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "endpoint.h"
#include "error.h"
#include "report.h"

static const struct cm_param params[] = {
	{ "call_id", CM_TEXT, .max = 128, .help = "only steps of this call" },
	{ "event_type", CM_CHOICE, .help = "only steps of this kind",
	    .choices = cm_step_types, .synonyms = cm_step_synonyms },
	{ "limit", CM_INT, .fallback = "100", .min = 1, .max = 1000, .help = "how many at most" },
	{ "cursor", CM_TEXT, .max = CM_CURSOR_TEXT, .help = "next_cursor of the page before" },
	CM_WINDOW_FILTERS,
	{ 0 },
};

static void
report_step(struct cm_json *json, const struct cm_step *step)
{
	const struct cm_kind *component = cm_component_find(step->component);

	cm_json_object(json, NULL);
	cm_json_int(json, "id", step->latency_id);
	cm_json_text(json, "call_id", step->call_id);
	cm_json_text(json, "event_type", component != NULL && component->guide != NULL ? component->guide : step->component);
	cm_json_text(json, "component", step->component);
	cm_json_milliseconds(json, "duration_ms", step->duration_us);
	cm_json_time(json, "timestamp", step->at_us);
	cm_json_text(json, "turn_id", step->turn_id);
	cm_json_text(json, "provider", step->provider);
	cm_json_text(json, "model", step->model);
	cm_json_raw(json, "metadata", step->metadata);
	cm_json_end(json);
}

static int
latency_events(struct cm_store *store, const struct cm_query *query, struct cm_reply *reply)
{
	const char *type = cm_query_text(query, "event_type");
	struct cm_window window = cm_query_window(query);
	struct cm_place place = cm_place_last;
	struct cm_page page = { .limit = cm_query_int(query, "limit") };
	struct cm_json *json = cm_reply_json(reply);
	struct cm_steps steps;
	struct cm_step step;
	char id[24];
	int rc;

	if (cm_query_given(query, "cursor") && !cm_place_parse(cm_query_text(query, "cursor"), &place))
		return cm_reply_refuse(reply, "cursor", "This is no cursor; send back next_cursor as it was given.");
	if (!cm_query_has_window(query)) {
		window.from = INT64_MIN;
		window.to = INT64_MAX;
	}
	rc = cm_steps_open(store, &window, cm_query_text(query, "call_id"), type != NULL ? cm_component_find(type)->name : NULL,
	    &place, page.limit + 1, &steps);
	if (rc < 0)
		return rc;
	cm_json_array(json, "events");
	while ((rc = cm_step_next(&steps, &step)) > 0) {
		snprintf(id, sizeof id, "%" PRId64, step.latency_id);
		if (!cm_page_add(&page, step.at_us, id, ""))
			break;
		report_step(json, &step);
	}
	cm_json_end(json);
	cm_steps_done(&steps);
	cm_report_page(json, &page);
	return rc < 0 ? rc : 0;
}

const struct cm_endpoint cm_endpoint = {
	.name = "latency-events", .path = "/metrics/latency/events", .summary = "Timed steps one by one, newest first.",
	.params = params, .handle = latency_events, .max_age_s = 5,
};
