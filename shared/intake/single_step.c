/* single_step: one timed step, sent alone; see single_step.h. */
#include "config.h"

#include "single_step.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "call_log.h"
#include "error.h"
#include "intake_own.h"
#include "kinds.h"
#include "text.h"
#include "bounds.h"
#include "app_rows.h"

#define DURATION_MOST_MS (366 * 86400e3)

/* A text field of 1 to 128 bytes. */
static int
read_text(struct cm_single_step *measure, const struct cm_value *root, const char *name, const char **out,
    struct cm_problem *problem)
{
	const struct cm_value *value = cm_value_get(root, name);
	const char *text;
	size_t bytes;

	if (value == NULL)
		return cm_refuse(problem, 400, name, "This field is missing.");
	if ((text = cm_value_text(value, &bytes)) == NULL || bytes == 0 || bytes > CM_ID_MOST_BYTES || strlen(text) != bytes)
		return cm_refuse(problem, 400, name, "This field is a string of 1 to 128 bytes.");
	return (*out = cm_arena_copy(&measure->arena, text, bytes)) != NULL ? 0 : CM_ENOMEM;
}

static int
read_metadata(struct cm_single_step *measure, const struct cm_value *value, struct cm_problem *problem)
{
	const char *text;
	size_t bytes;

	if (value == NULL)
		return 0;
	if (!cm_value_is_object(value))
		return cm_refuse(problem, 400, "metadata", "This field is an object.");
	if ((text = cm_value_print(value, &bytes)) == NULL)
		return CM_ENOMEM;
	return (measure->event.body = cm_arena_copy(&measure->arena, text, bytes)) != NULL ? 0 : CM_ENOMEM;
}

static int
read_fields(struct cm_single_step *measure, const struct cm_value *root, struct cm_problem *problem)
{
	const struct cm_value *duration = cm_value_get(root, "duration_ms");
	struct cm_event *event = &measure->event;
	char beyond[CM_BOUND_TEXT], refusal[CM_BOUND_TEXT + 16];
	const struct cm_kind *kind;
	double ms;
	int rc;

	if (!cm_value_is_object(root))
		return cm_refuse(problem, 400, "", "The body is an object {call_id, event_type, duration_ms, metadata}.");
	if ((rc = read_text(measure, root, "call_id", &event->call_id, problem)) < 0 ||
	    (rc = read_text(measure, root, "event_type", &event->component, problem)) < 0)
		return rc;
	if ((kind = cm_component_find(event->component)) == NULL)
		return cm_refuse(problem, 400, "event_type", cm_step_type_refusal);
	if (duration == NULL)
		return cm_refuse(problem, 400, "duration_ms", "This field is missing.");
	if (!cm_value_number(duration, &ms) || ms < 0 || ms > DURATION_MOST_MS)
		return cm_refuse(problem, 400, "duration_ms", "This field is a number of milliseconds, 0 or more.");
	event->latency_us = llround(ms * 1000);
	if (cm_bound_length(event->latency_us, kind->as_long_as_call ? cm_bounds()->call_us : cm_bounds()->step_us, beyond) != NULL) {
		snprintf(refusal, sizeof refusal, "This field %s.", beyond);
		return cm_refuse(problem, 400, "duration_ms", refusal);
	}
	return read_metadata(measure, cm_value_get(root, "metadata"), problem);
}

int
cm_single_step_read(const struct cm_event_source *source, struct cm_single_step *measure, struct cm_problem *problem)
{
	struct cm_json_reader *reader;
	struct cm_value *root = NULL;
	const char *why;
	int rc = CM_ENOMEM;

	*measure = (struct cm_single_step){ .event = { .effect = CM_STEP, .tenant_id = cm_or_empty(source->tenant),
	    .at = source->now, .cost_nusd = -1, .duration_us = -1 } };
	if ((reader = cm_json_reader_new(CM_EVENT_DEPTH)) == NULL)
		return rc;
	if ((rc = cm_json_read(reader, source->bytes, source->length, &root, &why)) == CM_EPARAM) {
		cm_refuse(problem, 400, "", "");
		snprintf(problem->detail, sizeof problem->detail, "The body is not understood: %s.", why);
	} else if (rc == 0) {
		rc = read_fields(measure, root, problem);
	}
	cm_value_free(root);
	cm_json_reader_free(reader);
	return rc;
}

void
cm_single_step_done(struct cm_single_step *measure)
{
	cm_arena_done(&measure->arena);
}

/* Whether it is to be a row of the voice app's own.  The app's call says whose it is, so who is bound to a tenant speaks by that of the
 * tenant's calls alone; what else it says is a fact of its own. */
static int
goes_to_app(struct cm_taking *taking, const struct cm_event *event, bool *out)
{
	struct cm_call_entry *call;
	int rc;

	*out = true;
	if (*event->tenant_id == '\0')
		return 0;
	if ((rc = cm_unit_row_call(taking->unit, event->call_id, &call)) < 0)
		return rc;
	*out = strcmp(call->call.labels.tenant_id, event->tenant_id) == 0;
	return 0;
}

static int
store_in_app(struct cm_store *app, struct cm_taking *taking, const struct cm_event *event)
{
	char at[CM_APP_ROW_TIME], ms[CM_DECIMAL_TEXT];
	const struct cm_bind binds[] = {
		CM_TEXT_PARAM("call_id", event->call_id), CM_TEXT_PARAM("event_type", event->component),
		CM_TEXT_PARAM("duration_ms", cm_decimal_text(event->latency_us, 3, ms)),
		CM_TEXT_PARAM("timestamp", cm_app_row_time(event->at, at)), CM_TEXT_PARAM("metadata", event->body), { 0 },
	};
	int64_t rc = cm_store_run(app, "app-step-add", binds);

	return rc < 0 ? cm_store_relay(taking->unit->store, app, (int)rc) : 0;
}

int
cm_single_step_store(struct cm_store *store, void *arg)
{
	struct cm_single_step *measure = arg;
	struct cm_taking taking = { .unit = cm_unit_of(store), .now = measure->event.at };
	struct cm_store *app;
	bool in_app = false;
	int rc, end;

	if (taking.unit == NULL)
		return CM_ENOMEM;
	if ((rc = cm_app_rows_open(store, "latency_events", &app)) < 0)
		return rc;
	if (app == NULL || (rc = goes_to_app(&taking, &measure->event, &in_app)) == 0)
		rc = in_app ? store_in_app(app, &taking, &measure->event) : cm_take_step(&taking, &measure->event);
	end = cm_app_rows_close(store, app, rc == 0 && measure->event.verdict != CM_REJECTED);
	rc = rc < 0 ? rc : end;
	return rc == 0 && measure->event.verdict == CM_REJECTED ? CM_EPARAM : rc;
}

void
cm_single_step_log(const struct cm_single_step *measure, const char *key_id)
{
	const struct cm_call_event event = {
		.call_id = measure->event.call_id, .event_type = measure->event.component,
		.tenant_id = *measure->event.tenant_id != '\0' ? measure->event.tenant_id : NULL,
		.key_id = *key_id != '\0' ? key_id : NULL, .has_duration = true, .duration_us = measure->event.latency_us,
	};

	cm_log_call_latency(&event);
}
