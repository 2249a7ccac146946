/*
 * event: one event of a sender, read and checked; what each type means is a table in event.c.
 *
 * The envelope and the types are those of a voice platform's event bus: {event_id, event_type, trace_id, tenant_id,
 * conversation_id, sequence_number, timestamp, data, metadata}.  Zero is a value; what is missing or null is not there.
 */
#ifndef CM_EVENT_H
#define CM_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "clock.h"
#include "json.h"

enum cm_effect {
	CM_KEPT,		/* a type that is not known: kept as it came */
	CM_CALL_STARTED,
	CM_CALL_ENDED,
	CM_TURN_MARK,		/* an instant of a turn */
	CM_STEP,		/* a timed step, a billed use, or both */
	CM_READING,		/* the health of something */
	CM_LINE,		/* a spoken line */
};

enum {
	CM_EVENT_USES = 2,
	CM_EVENT_MOST_BYTES = 256 * 1024,
	CM_ID_MOST_BYTES = 128,
	CM_EVENT_DEPTH = 32,
	CM_EVENT_MOST_VALUES = 8192	/* an object or array counts as eight: that is what its memory is worth */
};

/* One billed use.  amount_micro is in millionths of the unit, so that 3.6 seconds are whole. */
struct cm_use {
	const char *service;	/* stt | llm | tts; NULL: none */
	const char *unit;	/* seconds | input_tokens | output_tokens | characters */
	int64_t amount_micro;
};

enum cm_verdict { CM_PENDING, CM_ACCEPTED, CM_DUPLICATE, CM_REJECTED };

/* Texts are the arena's; NULL where the sender gave none.  Durations are -1 where there is none. */
struct cm_event {
	enum cm_verdict verdict;
	const char *detail;		/* why it is rejected */
	bool unreadable;		/* for it is not even a JSON object */
	enum cm_effect effect;
	int64_t key[2];			/* the same for an event that is sent again */
	const char *event_id;
	const char *type;
	const char *call_id;
	const char *turn_id;
	const char *tenant_id;		/* whose: "" nobody's, never NULL in one that is not rejected */
	cm_us at;
	const char *mark;		/* CM_TURN_MARK: user_stopped | end_of_turn | agent_started */
	const char *component;		/* of the step, or of the reading, in the sender's word */
	int64_t latency_us;
	struct cm_use uses[CM_EVENT_USES];
	int64_t cost_nusd;
	const char *provider;
	const char *model;
	const char *agent;		/* of the call, as are the next ones */
	const char *agent_version;
	const char *call_type;
	const char *caller_number;
	const char *callee_number;
	const char *status;		/* of the call or of the reading */
	const char *reason;
	bool failed;			/* the sender told a failure */
	int64_t duration_us;
	bool has_audio;
	const char *component_id;	/* of the reading */
	const char *state;
	const char *speaker;		/* of the line */
	const char *body;		/* JSON: metadata of the call or step, readings, an unknown event; or the spoken words */
};

/* What events are read from, whoever brought it. */
struct cm_event_source {
	const char *bytes;
	size_t length;
	bool lines;		/* a JSON text a line; else one event, or an array */
	const char *tenant;	/* what the sender is bound to; NULL: nothing */
	cm_us now;		/* no event may lie more than a day after it */
};

/*
 * Reads one event.  Always fills *event; one that makes no sense has .verdict CM_REJECTED and .detail.  tenant: what the sender is
 * bound to, and then the event's; NULL: nothing, and the event's is the one that it names, or nobody's.  now: no event may lie more
 * than a day after it.  CM_ENOMEM.
 */
int cm_event_read(struct cm_json_reader *reader, struct cm_arena *arena, const char *text, size_t bytes, const char *tenant,
    cm_us now, struct cm_event *event);

/*
 * For whoever makes events of something else than JSON (docs/adding-an-event.md).  An event says nothing at first; when it says all that it
 * says it is given its key, which is the same for one that is sent again: of its id within its tenant or, where it has none, of `said`,
 * the bytes that it was sent as.
 */
void cm_event_init(struct cm_event *event);
void cm_event_identify(struct cm_event *event, const char *said, size_t bytes);

/* Makes an event rejected; detail is borrowed for as long as the event is. */
void cm_event_reject(struct cm_event *event, const char *detail);

#endif
