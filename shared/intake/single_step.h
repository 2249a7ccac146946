/*
 * single_step: one timed step, sent alone: {call_id, event_type, duration_ms, metadata?}.
 *
 * In a voice app's database it becomes a row of the app's own latency_events.
 */
#ifndef CM_SINGLE_STEP_H
#define CM_SINGLE_STEP_H

#include "arena.h"
#include "event.h"
#include "problem.h"
#include "store.h"

struct cm_single_step {
	struct cm_arena arena;
	struct cm_event event;		/* its step; .component is the event_type as it was given, .body the metadata */
};

/* Reads a measure out of one JSON text.  CM_EPARAM fills *problem with the field that is wrong; CM_ENOMEM. */
int cm_single_step_read(const struct cm_event_source *source, struct cm_single_step *measure, struct cm_problem *problem);
void cm_single_step_done(struct cm_single_step *measure);

/* Stores it; arg is a struct cm_single_step.  Work for cm_commit.  CM_EPARAM: .event is rejected, and .event.detail says why. */
int cm_single_step_store(struct cm_store *store, void *arg);

/* Logs it as call_latency; key_id: who sent it, "" where nobody knows. */
void cm_single_step_log(const struct cm_single_step *measure, const char *key_id);

#endif
