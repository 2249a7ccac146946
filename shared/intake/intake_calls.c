/* intake_calls: what is sent of a call's beginning and end; see intake.h. */
#include "config.h"

#include "intake_own.h"

#include <string.h>

#include "error.h"

bool
cm_call_is_of(const char *tenant_id, struct cm_event *event)
{
	if (event->tenant_id == NULL || strcmp(tenant_id, event->tenant_id) == 0 ||
	    (*tenant_id == '\0' && !event->tenant_bound))
		return true;
	cm_event_reject(event, "The call_id is that of another tenant's call.");
	return false;
}

/* Whether a call may be told of by the event: one that nobody told of yet may by anybody. */
static bool
may_tell(const struct cm_unit_call *call, struct cm_event *event)
{
	return !call->found || cm_call_is_of(call->labels.tenant_id, event);
}

static void
label(const char **label, const char *given)
{
	if (**label == '\0' && given != NULL)
		*label = given;
}

/* What is known of a call stays; what is not is taken from the event. */
static void
add_labels(struct cm_unit_call *call, const struct cm_event *event)
{
	label(&call->labels.tenant_id, event->tenant_id);
	label(&call->labels.agent, event->agent);
	label(&call->labels.agent_version, event->agent_version);
	label(&call->labels.provider, event->provider);
	label(&call->labels.call_type, event->call_type);
	if (call->caller_number == NULL)
		call->caller_number = event->caller_number;
	if (call->callee_number == NULL)
		call->callee_number = event->callee_number;
	if (event->body != NULL)
		call->metadata = event->body;
	call->has_audio |= event->has_audio;
}

/* A new call came in unless it is said to have gone out. */
static void
complete_new(struct cm_unit_call *call)
{
	if (!call->found)
		label(&call->labels.call_type, "inbound");
}

int
cm_take_call_started(struct cm_taking *taking, struct cm_event *event)
{
	struct cm_call_entry *entry;
	struct cm_unit_call call;
	bool derived;
	int rc;

	if ((rc = cm_unit_call(taking->unit, event->call_id, &entry)) < 0 || !may_tell(&entry->call, event))
		return rc;
	call = entry->call;
	if (call.ended_us >= 0 && event->at > call.ended_us) {
		cm_event_reject(event, "The call ended before this.");
		return 0;
	}
	/* A length that the sender gave stays; one that came of a beginning and the end follows the beginning. */
	derived = call.ended_us >= 0 &&
	    (call.duration_us < 0 || (call.first_start != 0 && call.duration_us == call.ended_us - call.started_us));
	if ((rc = cm_unit_mark_add(taking->unit, event->call_id, "", "call_started", event->at)) < 0)
		return rc;
	if (call.first_start == 0 || event->at < call.first_start)
		call.first_start = event->at;
	call.started_us = call.first_start;
	if (derived)
		call.duration_us = call.ended_us - call.first_start;
	if (event->call_type != NULL)
		call.labels.call_type = event->call_type;
	add_labels(&call, event);
	complete_new(&call);
	cm_unit_call_store(entry, &call);
	return 0;
}

/* How the call ended, in our words; *status is NULL where the sender's word means nothing or that it has not ended. */
static int
ending_of(struct cm_taking *taking, const struct cm_event *event, const char **status, const char **reason)
{
	int rc;

	*reason = "";
	*status = event->failed ? "failed" : "completed";
	if (event->status != NULL && (rc = cm_unit_meaning(taking->unit, "status", event->status, status)) < 0)
		return rc;
	if (*status == NULL || strcmp(*status, "active") == 0)
		*status = NULL;
	else if (strcmp(*status, "timeout") == 0)
		*reason = "timeout";
	else if (strcmp(*status, "failed") == 0) {
		*reason = NULL;
		if (event->reason != NULL && (rc = cm_unit_meaning(taking->unit, "reason", event->reason, reason)) < 0)
			return rc;
		if (*reason == NULL)
			*reason = "unknown";
	}
	return 0;
}

/* Of several ends the latest counts, in whatever order they came; a clean-up's guess gives way to any. */
static bool
ends_later(const struct cm_unit_call *call, const struct cm_event *event)
{
	return call->ended_us < 0 || event->at >= call->ended_us || strcmp(call->status, "timeout") == 0;
}

static void
end_call(struct cm_unit_call *call, const struct cm_event *event, const char *status, const char *reason, bool started)
{
	call->status = status;
	call->failure_reason = reason;
	call->ended_us = event->at;
	call->duration_us = event->duration_us >= 0 ? event->duration_us : started ? event->at - call->started_us : -1;
	if (!started)
		call->started_us = event->at - (event->duration_us > 0 ? event->duration_us : 0);
}

int
cm_take_call_ended(struct cm_taking *taking, struct cm_event *event)
{
	struct cm_call_entry *entry;
	struct cm_unit_call call;
	const char *status, *reason;
	bool started;
	int rc;

	if ((rc = cm_unit_call(taking->unit, event->call_id, &entry)) < 0 || !may_tell(&entry->call, event) ||
	    (rc = ending_of(taking, event, &status, &reason)) < 0)
		return rc;
	call = entry->call;
	started = call.first_start != 0 || (call.found && strcmp(call.status, "active") == 0);
	if (status == NULL)
		cm_event_reject(event, "status is not a word for how a call ended.");
	else if (started && event->at < call.started_us)
		cm_event_reject(event, "The call started after this.");
	if (event->verdict == CM_REJECTED)
		return 0;
	if (ends_later(&call, event))
		end_call(&call, event, status, reason, started);
	add_labels(&call, event);
	complete_new(&call);
	cm_unit_call_store(entry, &call);
	return 0;
}
