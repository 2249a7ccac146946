/* intake: events become facts; see intake.h. */
#include "config.h"

#include "intake.h"

#include <string.h>

#include "error.h"
#include "intake_own.h"
#include "text.h"

enum { PREFETCHED = 1024 };		/* events whose calls are read together */

static int (*const takers[])(struct cm_taking *taking, struct cm_event *event) = {
	[CM_KEPT] = cm_take_kept, [CM_CALL_STARTED] = cm_take_call_started, [CM_CALL_ENDED] = cm_take_call_ended,
	[CM_TURN_MARK] = cm_take_turn_mark, [CM_STEP] = cm_take_step, [CM_READING] = cm_take_reading, [CM_LINE] = cm_take_line,
};

int
cm_take_kept(struct cm_taking *taking, struct cm_event *event)
{
	struct cm_call_entry *call;
	int rc;

	if ((rc = cm_unit_call(taking->unit, event->tenant_id, cm_or_empty(event->call_id), &call)) < 0)
		return rc;
	const struct cm_bind binds[] = {
		CM_FACT_PARAMS, CM_TEXT_PARAM("event_type", event->type), CM_TEXT_PARAM("event_id", event->event_id),
		CM_INT_PARAM("at_us", event->at), CM_TEXT_PARAM("body", event->body), { 0 },
	};

	return cm_unit_fact_add(taking->unit, "event-keep", call, binds);
}

int
cm_take_reading(struct cm_taking *taking, struct cm_event *event)
{
	struct cm_call_entry *nobodys;
	int rc;

	if ((rc = cm_unit_call(taking->unit, event->tenant_id, "", &nobodys)) < 0)
		return rc;
	const struct cm_bind binds[] = {
		CM_FACT_PARAMS, CM_TEXT_PARAM("component", event->component),
		CM_TEXT_PARAM("component_id", event->component_id), CM_TEXT_PARAM("status", event->status),
		CM_TEXT_PARAM("state", event->state), CM_TEXT_PARAM("readings", event->body), CM_INT_PARAM("at_us", event->at), { 0 },
	};

	return cm_unit_fact_add(taking->unit, "health-add", nobodys, binds);
}

int
cm_take_line(struct cm_taking *taking, struct cm_event *event)
{
	struct cm_call_entry *call;
	int64_t line_id;
	int rc;

	if ((rc = cm_unit_call(taking->unit, event->tenant_id, event->call_id, &call)) < 0 ||
	    (rc = cm_unit_next_line_id(taking->unit, &line_id)) < 0)
		return rc;
	const struct cm_bind line[] = {
		CM_INT_PARAM("call_no", 0), CM_INT_PARAM("transcript_id", line_id), CM_INT_PARAM("at_us", event->at),
		CM_TEXT_PARAM("speaker", event->speaker), CM_TEXT_PARAM("content", event->body), { 0 },
	};

	/* A call of which a line was spoken has a transcript. */
	call->changed |= !call->call.has_transcript;
	call->call.has_transcript = true;
	return cm_unit_fact_add(taking->unit, "line-add", call, line);
}

/* Whether an event is known by its call.  A reading of what calls run on is nobody's, though it may name the call that it came with. */
static bool
is_of_call(const struct cm_event *event)
{
	return event->call_id != NULL && *event->call_id != '\0' && event->effect != CM_READING;
}

static int
take(struct cm_taking *taking, struct cm_event *event)
{
	struct cm_call_entry *call = NULL;
	int rc;

	if (event->at < taking->pruned_before) {
		cm_event_reject(event, "The event is older than what is kept.");
		return 0;
	}
	if (is_of_call(event) && (rc = cm_unit_call(taking->unit, event->tenant_id, event->call_id, &call)) < 0)
		return rc;
	if ((rc = cm_unit_event(taking->unit, call, event->key, taking->now)) < 0)
		return rc;
	if (rc == 0) {
		event->verdict = CM_DUPLICATE;
		return 0;
	}
	if ((rc = takers[event->effect](taking, event)) < 0)
		return rc;
	/* One that is rejected may come again when it is mended. */
	if (event->verdict == CM_REJECTED) {
		cm_unit_event_forget(taking->unit, call, event->key);
		return 0;
	}
	event->verdict = CM_ACCEPTED;
	if (call != NULL)
		call->used = true;
	return 0;
}

static int
prefetch(struct cm_unit *unit, const struct cm_event *event)
{
	const char *call_id = is_of_call(event) ? event->call_id : NULL;
	int rc;

	if ((rc = cm_unit_prefetch_event(unit, event->tenant_id, call_id, event->key)) < 0 || call_id == NULL || event->turn_id == NULL ||
	    (event->effect != CM_TURN_MARK && event->effect != CM_STEP))
		return rc;
	return cm_unit_prefetch_turn(unit, event->tenant_id, event->call_id, event->turn_id);
}

/* Prefetches the next events of a batch; *end: those up to there are. */
static int
prefetch_some(struct cm_taking *taking, const struct cm_event_batch *batch, size_t from, size_t *end)
{
	size_t i;
	int rc;

	for (i = from; i < batch->count && i < from + PREFETCHED; i++)
		if (batch->events[i].verdict == CM_PENDING && batch->events[i].at >= taking->pruned_before &&
		    (rc = prefetch(taking->unit, &batch->events[i])) < 0)
			return rc;
	*end = i;
	return 0;
}

static int
take_all(struct cm_taking *taking, struct cm_event_batch *batch)
{
	size_t i, prefetched = 0;
	int rc;

	for (i = 0; i < batch->count; i++) {
		if (cm_unit_is_full(taking->unit)) {
			if ((rc = cm_unit_write(taking->unit)) < 0)
				return rc;
			prefetched = i;
		}
		if (i == prefetched && (rc = prefetch_some(taking, batch, i, &prefetched)) < 0)
			return rc;
		if (batch->events[i].verdict == CM_PENDING && (rc = take(taking, &batch->events[i])) < 0)
			return rc;
	}
	return 0;
}

static int
begin(struct cm_store *store, const struct cm_intake *intake, struct cm_taking *taking)
{
	*taking = (struct cm_taking){ .unit = cm_unit_of(store), .now = intake->now };
	return taking->unit != NULL ? cm_store_pruned_before(store, &taking->pruned_before) : CM_ENOMEM;
}

int
cm_intake_prefetch(struct cm_store *store, void *arg)
{
	const struct cm_intake *intake = arg;
	struct cm_taking taking;
	size_t end;
	int rc;

	if ((rc = begin(store, intake, &taking)) < 0 || cm_unit_is_full(taking.unit))
		return rc;
	return prefetch_some(&taking, intake->batch, 0, &end);
}

int
cm_intake_events(struct cm_store *store, void *arg)
{
	const struct cm_intake *intake = arg;
	struct cm_taking taking;
	int rc;

	if ((rc = begin(store, intake, &taking)) < 0)
		return rc;
	return take_all(&taking, intake->batch);
}
