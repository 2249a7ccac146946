/* intake_calls: what is sent of a call's beginning and end; see intake.h. */
#include "config.h"

#include "intake_own.h"

#include <string.h>

#include "error.h"

/* What the event says of its call, but for its times and its end. */
static struct cm_telling
telling_of(const struct cm_event *event)
{
	return (struct cm_telling){
		.at = event->at,
		.texts = {
			[CM_OF_AGENT] = event->agent, [CM_OF_AGENT_VERSION] = event->agent_version, [CM_OF_PROVIDER] = event->provider,
			[CM_OF_CALL_TYPE] = event->call_type, [CM_OF_CALLER] = event->caller_number, [CM_OF_CALLEE] = event->callee_number,
			[CM_OF_METADATA] = event->body,
		},
		.has_audio = event->has_audio, .started_us = -1, .ended_us = -1, .duration_us = CM_LENGTH_FOLLOWS,
	};
}

int
cm_take_call_started(struct cm_taking *taking, struct cm_event *event)
{
	struct cm_telling telling = telling_of(event);
	struct cm_call_entry *entry;
	int rc;

	telling.started_us = event->at;
	if ((rc = cm_unit_call(taking->unit, event->tenant_id, event->call_id, &entry)) < 0)
		return rc;
	return cm_unit_call_tell(taking->unit, entry, &telling, NULL);
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

int
cm_take_call_ended(struct cm_taking *taking, struct cm_event *event)
{
	struct cm_telling telling = telling_of(event);
	struct cm_call_entry *entry;
	int rc;

	telling.end_rank = CM_TOLD;
	telling.ended_us = event->at;
	telling.duration_us = event->duration_us;
	if ((rc = cm_unit_call(taking->unit, event->tenant_id, event->call_id, &entry)) < 0 ||
	    (rc = ending_of(taking, event, &telling.status, &telling.failure_reason)) < 0)
		return rc;
	if (telling.status == NULL) {
		cm_event_reject(event, "status is not a word for how a call ended.");
		return 0;
	}
	return cm_unit_call_tell(taking->unit, entry, &telling, NULL);
}
