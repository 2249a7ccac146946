/*
 * measure: one timed step, sent alone: {call_id, event_type, duration_ms, metadata?}.
 *
 * In a voice app's database it becomes a row of the app's own latency_events.
 */
#ifndef CM_MEASURE_H
#define CM_MEASURE_H

#include "arena.h"
#include "body.h"
#include "event.h"

struct cm_measure {
	struct cm_arena arena;
	struct cm_event event;		/* its step; .component is the event_type as it was given, .body the metadata */
};

/* Reads a measure; tenant and now as for cm_event_read.  CM_EPARAM fills *problem with the field that is wrong; CM_ENOMEM. */
int cm_measure_read(const struct cm_body *body, const char *tenant, cm_us now, struct cm_measure *measure,
    struct cm_problem *problem);
void cm_measure_done(struct cm_measure *measure);

/* Stores it; arg is a struct cm_measure.  Work for cm_commit.  CM_EPARAM: .event is rejected, and .event.detail says why. */
int cm_measure_store(struct cm_store *store, void *arg);

/* Logs it as call_latency; key_id: who sent it, "" where nobody knows. */
void cm_measure_log(const struct cm_measure *measure, const char *key_id);

#endif
