/* intake: events become facts; see intake.h. */
#include "config.h"

#include "intake.h"

#include <string.h>

#include "error.h"
#include "intake_own.h"
#include "text.h"

static int (*const takers[])(struct cm_taking *taking, struct cm_event *event) = {
	[CM_KEPT] = cm_take_kept, [CM_CALL_STARTED] = cm_take_call_started, [CM_CALL_ENDED] = cm_take_call_ended,
	[CM_TURN_MARK] = cm_take_turn_mark, [CM_STEP] = cm_take_step, [CM_READING] = cm_take_reading, [CM_LINE] = cm_take_line,
};

int
cm_take_kept(struct cm_taking *taking, struct cm_event *event)
{
	const struct cm_bind binds[] = {
		CM_TEXT_PARAM("type", event->type), CM_TEXT_PARAM("event_id", event->event_id),
		CM_TEXT_PARAM("tenant_id", cm_or_empty(event->tenant_id)), CM_TEXT_PARAM("call_id", event->call_id),
		CM_INT_PARAM("at", event->at), CM_TEXT_PARAM("body", event->body), { 0 },
	};
	int64_t rc = cm_store_run(taking->store, "event-keep", binds);

	return rc < 0 ? (int)rc : 0;
}

int
cm_take_reading(struct cm_taking *taking, struct cm_event *event)
{
	const struct cm_bind binds[] = {
		CM_TEXT_PARAM("tenant_id", cm_or_empty(event->tenant_id)), CM_TEXT_PARAM("component", event->component),
		CM_TEXT_PARAM("component_id", event->component_id), CM_TEXT_PARAM("status", event->status),
		CM_TEXT_PARAM("state", event->state), CM_TEXT_PARAM("readings", event->body), CM_INT_PARAM("at", event->at), { 0 },
	};
	int64_t rc = cm_store_run(taking->store, "health-add", binds);

	return rc < 0 ? (int)rc : 0;
}

int
cm_take_line(struct cm_taking *taking, struct cm_event *event)
{
	const struct cm_bind line[] = {
		CM_TEXT_PARAM("call_id", event->call_id), CM_INT_PARAM("at", event->at), CM_TEXT_PARAM("speaker", event->speaker),
		CM_TEXT_PARAM("content", event->body), { 0 },
	};
	const struct cm_call_card *card;
	int64_t rc;

	if ((rc = cm_call_card(taking, event->call_id, &card)) < 0)
		return (int)rc;
	if (card->found && !cm_call_is_of(card->tenant_id, event))
		return 0;
	if ((rc = cm_store_run(taking->store, "line-add", line)) >= 0)
		rc = cm_store_run(taking->store, "call-line-known", line);
	return rc < 0 ? (int)rc : 0;
}

/* Runs event-new or event-forget; the number of rows that it changed. */
static int64_t
change_key(struct cm_taking *taking, const char *statement, const struct cm_event *event)
{
	const struct cm_bind binds[] = { CM_INT_PARAM("key_1", event->key[0]), CM_INT_PARAM("key_2", event->key[1]),
		CM_INT_PARAM("seen", taking->now), { 0 } };

	return cm_store_run(taking->store, statement, binds);
}

static int
take(struct cm_taking *taking, struct cm_event *event)
{
	int64_t rc;

	if (event->at < taking->pruned_before) {
		cm_event_reject(event, "The event is older than what is kept.");
		return 0;
	}
	if ((rc = change_key(taking, "event-new", event)) < 0)
		return (int)rc;
	if (rc == 0) {
		event->verdict = CM_DUPLICATE;
		return 0;
	}
	if ((rc = takers[event->effect](taking, event)) < 0)
		return (int)rc;
	if (event->verdict == CM_REJECTED)
		rc = change_key(taking, "event-forget", event);
	else
		event->verdict = CM_ACCEPTED;
	return rc < 0 ? (int)rc : 0;
}

int
cm_intake_events(struct cm_store *store, void *arg)
{
	const struct cm_intake *intake = arg;
	struct cm_taking taking = { .store = store, .now = intake->now };
	struct cm_event *event = intake->batch->events, *end = event + intake->batch->count;
	int rc;

	if ((rc = cm_store_pruned_before(store, &taking.pruned_before)) < 0)
		return rc;
	for (; event < end && rc == 0; event++) {
		if (event->verdict == CM_PENDING)
			rc = take(&taking, event);
		cm_arena_clear(&taking.arena);
	}
	cm_arena_done(&taking.arena);
	return rc;
}
