/*
 * event_batch: the events of one request.
 *
 * A body is one event, a JSON array of events, or a line for each (application/x-ndjson).  It is cut into the texts of its events
 * before any is read, so that one that is broken costs none of its neighbours.
 */
#ifndef CM_EVENT_BATCH_H
#define CM_EVENT_BATCH_H

#include "arena.h"
#include "event.h"
#include "problem.h"

enum { CM_EVENT_BATCH_MOST = 10000 };

struct cm_event_batch {
	struct cm_event *events;
	size_t count;
	size_t understood;	/* those that were JSON at all */
	struct cm_arena arena;
	size_t held;		/* of what all batches may take */
};

/* Reads events; each has a verdict if it was rejected.  CM_EPARAM fills *problem where nothing could be understood or there are more
 * than CM_EVENT_BATCH_MOST; CM_EBUSY: too much is being read at once; CM_ENOMEM.  The batch is done by its caller in any case. */
int cm_event_batch_read(const struct cm_event_source *source, struct cm_event_batch *batch, struct cm_problem *problem);

/* Room for `count` events that are made of something else than JSON, each as by cm_event_init, with texts of so many bytes in the batch's
 * arena.  Errors as above. */
int cm_event_batch_make(size_t count, size_t bytes, struct cm_event_batch *batch, struct cm_problem *problem);

/* Writes what became of the events: accepted, duplicates, unknown (accepted, but of no known type), rejected. */
void cm_event_batch_report(const struct cm_event_batch *batch, struct cm_json *json);

/* Logs the calls that began and ended by it, and at level DEBUG each timed step; key_id: who sent it, "" where nobody knows. */
void cm_event_batch_log(const struct cm_event_batch *batch, const char *key_id);

void cm_event_batch_done(struct cm_event_batch *batch);

#endif
